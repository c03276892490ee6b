namespace Reverie.Models.Catalogue;

/// <summary>
/// Keeps two processes from writing one model at the same time. The lock is an open file, which the system gives free however a process ends.
/// </summary>
internal static class StoreLock
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the lock of a model, waiting until no other process holds it.</summary>
    /// <param name="folder">The folder of models, which must exist.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="waiting">Called once if somebody else holds the lock.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ReverieException">The folder cannot be written.</exception>
    public static async Task<IDisposable> TakeAsync(string folder, string name, Action? waiting, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, $".{name}.lock");
        for (var first = true; ; first = false)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new ReverieException($"the folder for models {folder} may not be written by you; set {ModelRegistry.FoldersVariable} to another one", exception);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (first) waiting?.Invoke();
                await Task.Delay(Poll, cancellation).ConfigureAwait(false);
            }
        }
    }
}
