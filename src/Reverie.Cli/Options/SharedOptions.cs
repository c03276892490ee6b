using System.CommandLine;

namespace Reverie.Cli.Options;

/// <summary>The options that several commands share; one instance of each, made once per command line.</summary>
internal sealed class SharedOptions
{
    /// <summary>The network.</summary>
    public Option<string?> Model { get; } = new("--model", "-m")
    {
        Description = "The network: a name (see 'reverie models list') or an .onnx file. Without it: the embedded network",
        HelpName = "NAME|FILE",
    };

    /// <summary>Where the result goes.</summary>
    public Option<string?> Output { get; } = new("--output", "-o")
    {
        Description = "Where to write the result. Without it: beside the input, under a name that is not taken yet",
        HelpName = "FILE",
    };

    /// <summary>Whether existing files may be replaced.</summary>
    public Option<bool> Force { get; } = new("--force", "-f") { Description = "Overwrite existing files" };

    /// <summary>The seed of everything random.</summary>
    public Option<long?> Seed { get; } = NumberOption.Long("--seed", "The seed of everything random; equal seeds give equal results", 0);

    /// <summary>The number of threads.</summary>
    public Option<int?> Threads { get; } = NumberOption.Int("--threads", "Threads to compute with. Without it: one per physical core", 1, 1024);

    /// <summary>The execution provider.</summary>
    public Option<string> Provider { get; } = new("--provider")
    {
        Description = "Where to compute: cpu, cuda, directml or coreml",
        HelpName = "NAME",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>A bound on memory, for commands that can keep one.</summary>
    public Option<string?> Memory { get; } = new("--memory")
    {
        Description = "The most memory that the process may take, such as 1.5GB or 800MB (a GB is 10^9 bytes). Where it is short, the backward pass computes parts of the forward pass again: slower, with the same result",
        HelpName = "SIZE",
    };

    /// <summary>A folder of optimised graphs.</summary>
    public Option<string?> Cache { get; } = new("--cache")
    {
        Description = "Keep optimised graphs in this folder: the next start on the same network is faster, with the same result",
        HelpName = "DIR",
    };

    /// <summary>Where the machine-readable report goes.</summary>
    public Option<string?> Json { get; } = new("--json")
    {
        Description = "Write a report (settings, numbers, timings, peak memory) as JSON; - writes it to standard output, and nothing else there",
        HelpName = "FILE|-",
    };

    /// <summary>Whether to keep silent.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Write no messages and no progress" };

    /// <summary>The options of every command that computes something.</summary>
    public IEnumerable<Option> Computing => [Model, Threads, Provider, Cache, Force, Json, Quiet];
}
