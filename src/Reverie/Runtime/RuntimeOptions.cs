using System.Text.Json.Serialization;

namespace Reverie.Runtime;

/// <summary>How far ONNX Runtime may rewrite a graph before it runs it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptimizationLevel>))]
public enum OptimizationLevel
{
    /// <summary>Nothing is rewritten: operators run one by one as they stand in the graph.</summary>
    None,
    /// <summary>Constants are folded and redundant nodes dropped.</summary>
    Basic,
    /// <summary>Also fusions, such as Conv with Relu.</summary>
    Extended,
    /// <summary>Also the blocked memory layout in which convolutions run fastest.</summary>
    All,
}

/// <summary>Where and how a compiled graph runs. Part of the recipes that make a result repeatable.</summary>
public sealed record RuntimeOptions
{
    /// <summary>The defaults: the CPU, one thread per physical core, every optimisation.</summary>
    public static RuntimeOptions Default { get; } = new();

    /// <summary>The execution provider: one of <see cref="Providers.Names"/>.</summary>
    public string Provider { get; init; } = Providers.Cpu;

    /// <summary>Threads that share the work of one operator; null means one per physical core that this process may use.</summary>
    public int? Threads { get; init; }

    /// <summary>How far the graph may be rewritten.</summary>
    public OptimizationLevel Optimization { get; init; } = OptimizationLevel.All;

    /// <summary>
    /// Whether the memory of tensors is kept for the next ones, and from run to run. Without, each tensor's memory is given back at its last use: a run then never has
    /// more than its live tensors need, and is some tenths slower.
    /// </summary>
    public bool Arena { get; init; } = true;

    /// <summary>
    /// Whether operators of Reverie's own replace those of ONNX Runtime where they are faster: 3x3 convolutions by Winograd's method, the gradients of max pools
    /// and ReLUs. Only on the CPU, and only with <see cref="OptimizationLevel.All"/>. Results differ in the last bits.
    /// </summary>
    public bool OwnKernels { get; init; } = true;

    /// <summary>
    /// Whether other work of this process needs the cores while a graph runs: threads that wait for the next operator then sleep instead of spinning, which makes runs of short operators
    /// slower where nothing else is at work, and faster where something is (the frames of a dreamt video: 13 % of the time). Results do not depend on it.
    /// </summary>
    [JsonIgnore]
    public bool SharesCores { get; init; }

    /// <summary>Where sessions are kept for further use; null: each is made anew. Results do not depend on it.</summary>
    [JsonIgnore]
    public SessionCache? Cache { get; init; }

    /// <summary>Whether <see cref="OwnKernels"/> come into play.</summary>
    [JsonIgnore]
    internal bool HasOwnKernels => OwnKernels && Optimization == OptimizationLevel.All && Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase);

    /// <summary>The number of threads that <see cref="Threads"/> comes to on this machine.</summary>
    [JsonIgnore]
    public int ThreadCount => Threads ?? Machine.PhysicalCores;
}
