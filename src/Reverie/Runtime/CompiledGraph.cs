using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;
using Reverie.Runtime.Memory;

namespace Reverie.Runtime;

/// <summary>
/// A graph made ready to run by ONNX Runtime. One compiled graph serves every batch and every size that its inputs leave open.
/// Runs from several threads at once are allowed.
/// </summary>
public sealed class CompiledGraph : IDisposable
{
    private readonly SharedSession _shared;
    private readonly InferenceSession _session;
    private readonly InputCheck _check;
    private readonly Profile? _profile;
    private int _holders = 1; // the owner, and every run in flight
    private int _disposed;

    private CompiledGraph(Graph graph, RuntimeOptions options, SharedSession session, Profile? profile)
    {
        (Options, _shared, _session, _profile) = (options, session, session.Session, profile);
        Inputs = [.. graph.Inputs];
        Outputs = [.. graph.Outputs.Select(output => output.Name)];
        _check = new(Inputs, Outputs);
    }

    /// <summary>The tensors to feed at each run, with their types.</summary>
    public IReadOnlyList<GraphValue> Inputs { get; }

    /// <summary>The names of the tensors that a run gives back.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The folder in which the weights were handed over, if there were enough of them; for tests.</summary>
    internal string? WeightFolder => _shared.WeightFolder;

    /// <summary>Where and how the graph runs.</summary>
    public RuntimeOptions Options { get; }

    /// <summary>Foretells the memory of runs; null unless the graph was compiled for it.</summary>
    public MemoryPlan? Memory { get; private init; }

    /// <summary>
    /// Compiles a canonical graph, in float32 or float64. Only the constants that its outputs need are handed over,
    /// as external data in a private temporary file, which is gone when this returns (on Windows: when the compiled graph is disposed).
    /// </summary>
    /// <param name="graph">The graph; it is not changed.</param>
    /// <param name="options">Where and how to run it.</param>
    /// <param name="profile">Whether to record the time of every operator, for <see cref="EndProfile"/> or <see cref="EndProfileByTensor"/>.</param>
    /// <param name="plan">Whether to make <see cref="Memory"/>, which costs a little time and disk space for a moment. Only the CPU's memory can be foretold.</param>
    /// <param name="cancellation">Ends the wait at once. ONNX Runtime cannot be told to stop: it is left to finish on its own, and what it made is given back then.</param>
    /// <exception cref="ReverieException">The provider is absent, the graph is not one that can be run, or memory or disk space is short.</exception>
    /// <exception cref="OperationCanceledException">The compilation was cancelled.</exception>
    public static CompiledGraph Compile(Graph graph, RuntimeOptions? options = null, bool profile = false, bool plan = false, CancellationToken cancellation = default)
    {
        options ??= RuntimeOptions.Default;
        // in float64, ONNX Runtime's fusions would keep factors (an attention's 1/sqrt(d)) in 32-bit attributes, and there are none that make it faster
        if (options.Optimization > OptimizationLevel.Basic && graph.Inputs.Exists(input => input.Type.Element == ElementType.Double))
            options = options with { Optimization = OptimizationLevel.Basic };
        if (options.Threads is <= 0 or > 1024) throw new ReverieException($"threads must be between 1 and 1024, not {options.Threads}");
        cancellation.ThrowIfCancellationRequested();
        _ = Engine.Environment;
        var compiled = cancellation.CanBeCanceled
            ? Abandonable.Run(abandoned => CompileNow(graph, options, profile, plan, abandoned), cancellation)
            : CompileNow(graph, options, profile, plan, CancellationToken.None);
        compiled.Memory?.Settle();
        return compiled;
    }

    /// <summary>Runs the graph and gives the outputs in memory of ONNX Runtime, which the caller disposes.</summary>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="outputs">Which outputs are wanted; null means all.</param>
    /// <param name="cancellation">Ends the run in flight, between two operators.</param>
    /// <exception cref="ReverieException">An input is missing, unknown, or of a type or shape that the graph does not take; or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public RunResults Run(IReadOnlyDictionary<string, RuntimeTensor> inputs, IReadOnlyList<string>? outputs = null, CancellationToken cancellation = default)
    {
        outputs ??= Outputs;
        _check.Outputs(outputs);
        // The collection is not disposed: its values pass to the tensors.
        var values = Execute(inputs, (options, names, given) => _session.Run(options, names, given, outputs), cancellation);
        var tensors = new Dictionary<string, RuntimeTensor>(StringComparer.Ordinal);
        for (var index = 0; index < outputs.Count; index++) tensors[outputs[index]] = RuntimeTensor.Own(values[index]);
        return new(tensors);
    }

    /// <summary>Runs the graph into the caller's buffers, so that nothing is allocated from run to run.</summary>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="outputs">A tensor of the right type and shape for every output that is wanted.</param>
    /// <param name="cancellation">Ends the run in flight, between two operators.</param>
    /// <exception cref="ReverieException">An input or output is unknown or of the wrong type or shape; or memory is short.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the buffers hold nothing of use.</exception>
    public void Run(IReadOnlyDictionary<string, RuntimeTensor> inputs, IReadOnlyDictionary<string, RuntimeTensor> outputs, CancellationToken cancellation = default)
    {
        string[] names = [.. outputs.Keys];
        _check.Outputs(names);
        var leases = new List<RuntimeTensor.Lease>(names.Length);
        try
        {
            foreach (var tensor in outputs.Values) leases.Add(tensor.Pin());
            OrtValue[] values = [.. leases.Select(lease => lease.Value)];
            Execute(inputs, (options, inputNames, inputValues) =>
            {
                _session.Run(options, inputNames, inputValues, names, values);
                return this;
            }, cancellation);
        }
        finally
        {
            foreach (var lease in leases) lease.Dispose();
        }
    }

    /// <summary>Ends a recording asked for at compilation: the time spent in each kind of operator, longest first.</summary>
    /// <exception cref="InvalidOperationException">The graph was not compiled for profiling, or the recording has already ended.</exception>
    public IReadOnlyList<OperatorTime> EndProfile() => Recording.ByOperator(_session);

    /// <summary>Ends a recording asked for at compilation: the time of each operator, by the tensor that it computes, in the order of the first run.</summary>
    /// <exception cref="InvalidOperationException">The graph was not compiled for profiling, or the recording has already ended.</exception>
    public IReadOnlyList<TensorTime> EndProfileByTensor() => Recording.ByTensor(_session);

    private Profile Recording => _profile ?? throw new InvalidOperationException("the graph was not compiled with profile: true");

    /// <summary>Gives the session's memory back; where runs are in flight, when the last of them ends.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Leave();
    }

    private static CompiledGraph CompileNow(Graph graph, RuntimeOptions options, bool profile, bool plan, CancellationToken abandoned)
    {
        var model = SessionModel.Prepare(graph, options);
        if (options.Cache is { } cache && !profile && !plan)
        {
            var key = SessionKey.Of(model, options);
            return new(graph, options, cache.Get(key, () => options.Provider.Equals(Providers.Cpu, StringComparison.OrdinalIgnoreCase) && cache.Folder is { } folder
                ? FromFolder(model, options, folder, key, abandoned)
                : (Make(model, options, null, abandoned), false)), null);
        }
        var times = profile ? new Profile() : null;
        times?.Name(model.Graph);
        OptimizedModelFile? written = null;
        try
        {
            bool? packs = null;
            var session = Make(model, options, settings => written = plan ? new OptimizedModelFile(settings) : null, abandoned, times?.Prefix, packed => packs = packed);
            return new(graph, options, session, times) { Memory = written?.Plan(graph, options, packs) };
        }
        catch
        {
            times?.Dispose();
            throw;
        }
        finally
        {
            written?.Dispose();
        }
    }

    private static (SharedSession Session, bool WasLoaded) FromFolder(Model model, RuntimeOptions options, OptimizedGraphFolder folder, string key, CancellationToken abandoned)
    {
        if (folder.Find(key) is { } path)
        {
            // as ONNX Runtime left it: nothing is to be optimised again
            using var settings = SessionSettings.Create(options with { Optimization = OptimizationLevel.None }, null, !SessionModel.HasLargeDenseLayers(model.Graph), null, options.HasOwnKernels);
            try
            {
                return (new(new(path, settings), null), true);
            }
            catch (OnnxRuntimeException)
            {
                // not what it was taken for, though it is undamaged: it is made and kept anew
            }
        }
        OptimizedGraphFolder.Pending? pending = null;
        try
        {
            var session = Make(model, options, settings => pending = folder.Begin(key, settings), abandoned);
            pending?.Keep();
            return (session, false);
        }
        finally
        {
            pending?.Dispose();
        }
    }

    private static SharedSession Make(Model model, RuntimeOptions options, Action<SessionOptions>? prepare, CancellationToken abandoned, string? profile = null, Action<bool>? packing = null)
    {
        WeightFile? weights = null;
        try
        {
            var bytes = SessionModel.Serialize(model, ref weights);
            // a process that ends meanwhile leaves no weights behind
            using var registration = abandoned.Register(file => ((WeightFile?)file)?.TryDelete(), weights);
            var packs = !SessionModel.HasLargeDenseLayers(model.Graph);
            if (weights is not null) packing?.Invoke(packs);
            using var settings = SessionSettings.Create(options, weights?.Folder, packs, profile, options.HasOwnKernels);
            prepare?.Invoke(settings);
            var session = new InferenceSession(bytes, settings);
            weights?.TryDelete();
            return new(session, weights);
        }
        catch (OnnxRuntimeException exception)
        {
            weights?.TryDelete();
            throw Failure.OfCompilation(exception);
        }
        catch
        {
            weights?.TryDelete();
            throw;
        }
    }

    // Taken before a run, given back after it: the session must not go away beneath one.
    private void Enter()
    {
        for (var holders = Volatile.Read(ref _holders); ;)
        {
            ObjectDisposedException.ThrowIf(holders == 0 || Volatile.Read(ref _disposed) == 1, this);
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return;
            holders = seen;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        _shared.LetGo();
        _profile?.Dispose();
    }

    private TResult Execute<TResult>(IReadOnlyDictionary<string, RuntimeTensor> inputs,
        Func<RunOptions, IReadOnlyCollection<string>, IReadOnlyCollection<OrtValue>, TResult> run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _check.Inputs(inputs);
        string[] names = [.. inputs.Keys];
        var leases = new List<RuntimeTensor.Lease>(names.Length);
        Enter();
        try
        {
            using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            foreach (var tensor in inputs.Values) leases.Add(tensor.Pin());
            OrtValue[] values = [.. leases.Select(lease => lease.Value)];
            // Disposing the registration waits for its callback, so that the options outlive it.
            using var registration = cancellation.Register(() => options.Terminate = true);
            return run(options, names, values);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failure.OfRun(exception, inputs);
        }
        finally
        {
            Leave();
            foreach (var lease in leases) lease.Dispose();
        }
    }
}
