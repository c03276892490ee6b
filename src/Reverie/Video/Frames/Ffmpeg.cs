using System.ComponentModel;
using System.Diagnostics;

namespace Reverie.Video.Frames;

/// <summary>Starts the ffmpeg and ffprobe of the machine. Videos go through their pipes; nothing of them is linked.</summary>
internal static class Ffmpeg
{
    /// <summary>Refuses, before any work, what needs ffmpeg where there is none.</summary>
    /// <exception cref="ReverieException">A tool is not installed.</exception>
    public static void EnsureInstalled(params ReadOnlySpan<string> tools)
    {
        foreach (var tool in tools)
        {
            using var process = Start(tool, ["-version"]);
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        }
    }

    /// <summary>Starts a tool with all three pipes, in a folder where one is given.</summary>
    /// <exception cref="ReverieException">It is not installed.</exception>
    public static Process Start(string tool, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder ?? "" };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new ReverieException($"videos are made by {tool}, which is not installed here; install it ({Installation}), or work on a folder of pictures", exception);
        }
    }

    /// <summary>Whether this ffmpeg has an encoder.</summary>
    public static bool HasEncoder(string encoder)
    {
        using var process = Start("ffmpeg", ["-hide_banner", "-loglevel", "error", "-h", $"encoder={encoder}"]);
        process.StandardInput.Close();
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var help = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return help.Contains($"Encoder {encoder} ", StringComparison.Ordinal);
    }

    /// <summary>Ends a process that is still running; one that has ended meanwhile is well.</summary>
    public static void End(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // it ended between the question and the signal
        }
    }

    private static string Installation => OperatingSystem.IsMacOS() ? "brew install ffmpeg" : OperatingSystem.IsWindows() ? "winget install ffmpeg" : "apt install ffmpeg";
}
