namespace Reverie.Cli;

/// <summary>The user asked to stop, and what was done by then is kept; the message says where.</summary>
internal sealed class CancelledWithResultException(string message) : OperationCanceledException(message);
