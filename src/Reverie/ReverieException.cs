namespace Reverie;

/// <summary>
/// The user's input, usage or environment is at fault: a malformed model, an unreadable picture, a missing tensor, a full disk.
/// The message is one line that says what is wrong and how to mend it; the command line prints it and exits with code 2.
/// Any other exception that leaves the library is a defect of Reverie (exit code 1).
/// </summary>
public class ReverieException : Exception
{
    /// <summary>Creates the exception with its one-line message.</summary>
    public ReverieException(string message) : base(message) { }

    /// <summary>Creates the exception with its one-line message and the exception that caused it.</summary>
    public ReverieException(string message, Exception inner) : base(message, inner) { }
}
