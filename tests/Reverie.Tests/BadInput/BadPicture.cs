namespace Reverie.Tests.BadInput;

/// <summary>One kind of bad picture.</summary>
/// <param name="Name">What is bad about it.</param>
/// <param name="Says">A fragment that the message must contain: the user is told about this and not about something else.</param>
/// <param name="Write">Writes the file into an empty folder and returns the path to give to Reverie.</param>
public sealed record BadPicture(string Name, string Says, Func<string, string> Write)
{
    /// <summary>A bad picture of the given bytes, whose name ends in <paramref name="extension"/>.</summary>
    internal static BadPicture OfBytes(string name, string says, Func<byte[]> bytes, string extension = "png") => new(name, says, folder =>
    {
        var path = Path.Combine(folder, "picture." + extension);
        File.WriteAllBytes(path, bytes());
        return path;
    });

    public override string ToString() => Name;
}
