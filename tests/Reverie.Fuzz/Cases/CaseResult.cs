namespace Reverie.Fuzz.Cases;

/// <summary>How a case ended.</summary>
public enum Outcome
{
    /// <summary>The input is still valid, and what was asked for was done.</summary>
    Accepted,
    /// <summary>It was refused in one line.</summary>
    Refused,
    /// <summary>It is still valid, and asks for so much work that it was cancelled, as a user would.</summary>
    Cancelled,
    /// <summary>The program has a defect: see <see cref="CaseResult.Defect"/>.</summary>
    Defect,
}

/// <summary>What came of one case.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Kind">What was damaged.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">The line with which it was refused; empty where it was not.</param>
/// <param name="Defect">What is wrong with the program; null where nothing is.</param>
/// <param name="CpuSeconds">Processor time.</param>
/// <param name="AllocatedBytes">Managed memory allocated.</param>
/// <param name="PeakBytes">The most memory that the process ever had resident.</param>
public sealed record CaseResult(long Index, Kind Kind, Outcome Outcome, string Message, string? Defect, double CpuSeconds, long AllocatedBytes, long PeakBytes);
