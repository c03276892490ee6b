using System.Globalization;
using System.Text;
using Reverie.Dream.Storyboards;
using Reverie.Imaging;
using Reverie.Recipes;
using Reverie.Tensors;

namespace Reverie.Cli.Recipes;

/// <summary>
/// The folder of a storyboard's frames: <c>frame-000000.png</c> and on, <c>recipe.json</c>, and the last dreamt frame in full precision, from which a run that was stopped goes on.
/// </summary>
internal sealed class FrameFolder
{
    private const string RecipeName = "recipe.json";

    private readonly string _path;
    private readonly Storyboard _storyboard;
    private readonly Recipe _recipe;

    private FrameFolder(string path, Storyboard storyboard, Recipe recipe) => (_path, _storyboard, _recipe) = (path, storyboard, recipe);

    /// <summary>The folder.</summary>
    public string Path => _path;

    /// <summary>Where the run goes on; null where it begins.</summary>
    public StoryboardState? State { get; private set; }

    /// <summary>The folder for a storyboard: the one that is named, or beside the picture the first that is free or holds this very storyboard.</summary>
    /// <param name="given">The folder that the user names, or null.</param>
    /// <param name="image">The picture.</param>
    /// <param name="storyboard">The storyboard.</param>
    /// <param name="recipe">The recipe for a result in a folder.</param>
    /// <param name="force">Whether frames of another storyboard are replaced.</param>
    /// <exception cref="ReverieException">The folder holds something else, or cannot be made.</exception>
    public static FrameFolder Open(string? given, string image, Storyboard storyboard, Func<string, Recipe> recipe, bool force)
    {
        var stem = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(image) ?? "", $"{System.IO.Path.GetFileNameWithoutExtension(image)}.frames");
        for (var number = 1; ; number++)
        {
            var path = given ?? (number == 1 ? stem : $"{stem}-{number}");
            var folder = new FrameFolder(path, storyboard, recipe(System.IO.Path.Combine(path, RecipeName)));
            if (folder.Holds() is not { } held || held || force)
            {
                folder.Prepare(force);
                return folder;
            }
            if (given is not null)
                throw new ReverieException($"'{path}' holds other files, or frames of another storyboard, picture, network or number of threads; take another folder, or --force");
        }
    }

    /// <summary>The file of a frame.</summary>
    public string FileOf(int frame) => System.IO.Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"frame-{frame:D6}.png"));

    /// <summary>Keeps a frame; one that was dreamt is what a later run goes on from.</summary>
    public void Keep(StoryboardFrame frame)
    {
        // a frame does not depend on how many follow
        var recipe = _recipe with { Settings = (_storyboard with { Frames = frame.Number + 1 }).ToJson() };
        frame.Picture.Save(FileOf(frame.Number), new PictureMetadata { [PictureMetadata.Recipe] = recipe.ToJson() }, overwrite: true);
        if (!frame.IsState) return;
        var picture = frame.Picture;
        var planes = picture.Alpha is { } alpha ? [.. picture.Rgb, .. alpha] : picture.Rgb;
        var file = System.IO.Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"state-{frame.Number:D6}.npy"));
        Npy.Write(file, planes, [1, picture.Alpha is null ? 3 : 4, picture.Height, picture.Width], overwrite: true);
        foreach (var older in States().Where(state => state.Frame < frame.Number)) File.Delete(older.File);
    }

    // Whether the folder holds this storyboard; null where there is nothing in it.
    private bool? Holds()
    {
        if (File.Exists(_path)) throw new ReverieException($"'{_path}' is a file; frames go into a folder, or into a video (.mp4, .mkv, .mov or .webm)");
        if (!Directory.Exists(_path) || !Directory.EnumerateFileSystemEntries(_path).Any()) return null;
        var file = System.IO.Path.Combine(_path, RecipeName);
        if (!File.Exists(file)) return false;
        var held = Recipe.Parse(File.ReadAllText(file), file);
        return held.Command == _recipe.Command && Comparable(held) == Comparable(_recipe);
    }

    // More frames of the same storyboard go on where fewer ended.
    private static string Comparable(Recipe recipe) => (recipe with { Settings = (Storyboard.FromJson(recipe.Settings) with { Frames = 1 }).ToJson() }).ToJson();

    private void Prepare(bool force)
    {
        try
        {
            Directory.CreateDirectory(_path);
            if (Holds() == false && force)
                foreach (var (_, old) in States().Concat(Numbered("frame-", ".png"))) File.Delete(old);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the folder '{_path}' cannot be made or written: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        Picture.EnsureSavable(FileOf(0), 1, 1, overwrite: true);
        AtomicFile.Write(System.IO.Path.Combine(_path, RecipeName), overwrite: true, stream => stream.Write(Encoding.UTF8.GetBytes(_recipe.ToJson() + "\n")));
        if (States().OrderByDescending(state => state.Frame).FirstOrDefault() is not { File: { } file, Frame: var frame }) return;
        // a frame that was taken away can only be made again from the beginning
        if (frame >= _storyboard.Frames || Enumerable.Range(0, frame + 1).Any(number => !File.Exists(FileOf(number)))) return;
        var array = Npy.Read(file);
        if (array.Shape is not [1, 3 or 4, var height, var width]) throw new ReverieException($"{file} is damaged; delete it to begin from the first frame");
        var (values, plane) = (array.ToFloat32(), (int)(height * width));
        State = new(frame, new((int)height, (int)width, values[..(3 * plane)], array.Shape[1] == 4 ? values[(3 * plane)..] : null));
    }

    private List<(int Frame, string File)> States() => Numbered("state-", ".npy");

    private List<(int Frame, string File)> Numbered(string prefix, string extension) => [.. Directory.EnumerateFiles(_path, $"{prefix}*{extension}")
        .Select(file => (int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file)[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var frame) ? frame : -1, file)).Where(found => found.Item1 >= 0)];
}
