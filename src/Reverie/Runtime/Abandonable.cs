namespace Reverie.Runtime;

/// <summary>Waits for work that cannot be stopped, only left to itself.</summary>
internal static class Abandonable
{
    /// <summary>Does a piece of work on another thread and waits for it. Where the wait is cancelled, the result is disposed as soon as it is there, and a failure is nobody's any more.</summary>
    /// <param name="work">The work; told when it is abandoned, in case it leaves something about that should be gone.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static T Run<T>(Func<CancellationToken, T> work, CancellationToken cancellation) where T : IDisposable
    {
        var task = Task.Run(() => work(cancellation), CancellationToken.None);
        try
        {
            task.Wait(cancellation);
        }
        catch (AggregateException)
        {
            // the await below throws what the work threw, as it was thrown
        }
        catch (OperationCanceledException)
        {
            _ = task.ContinueWith(static done =>
            {
                if (done.IsCompletedSuccessfully) done.Result.Dispose();
                else _ = done.Exception; // seen: it was given up
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
        return task.GetAwaiter().GetResult();
    }
}
