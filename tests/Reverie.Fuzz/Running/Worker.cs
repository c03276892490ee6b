using System.Text.Json;
using Reverie.Fuzz.Cases;

namespace Reverie.Fuzz.Running;

/// <summary>A process that runs cases one after another and says of each when it begins and how it ended; should it die, so much is known.</summary>
internal static class Worker
{
    /// <summary>Runs some cases.</summary>
    /// <param name="seed">The seed of all cases.</param>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="folder">Where their files go.</param>
    /// <param name="keep">Where the files of cases that show a defect are copied to.</param>
    /// <param name="mostBytes">With more memory than this the process ends, for a fresh one to go on.</param>
    public static void Run(ulong seed, long first, long count, string folder, string keep, long mostBytes)
    {
        using var runner = new CaseRunner(folder);
        for (var index = first; index < first + count; index++)
        {
            Console.WriteLine($"{index}");
            var result = runner.Run(new(seed, index));
            if (result.Defect is not null) Keep(folder, Path.Combine(keep, $"{seed}-{index}"));
            Console.WriteLine(JsonSerializer.Serialize(result));
            if (result.PeakBytes > mostBytes) return;
        }
    }

    /// <summary>Copies a case's files.</summary>
    public static void Keep(string folder, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(folder)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }
}
