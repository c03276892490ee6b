namespace Reverie.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A defect of Reverie: an error of its own, or an axiom found broken that is proved to hold.</summary>
    public const int InternalError = 1;

    /// <summary>Bad input, wrong usage, or an environment that does not allow it: disk full, no provider, a download that failed.</summary>
    public const int BadInput = 2;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public const int Cancelled = 130;
}
