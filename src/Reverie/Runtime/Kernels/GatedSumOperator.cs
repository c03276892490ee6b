using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>GatedSum(gate, a, b?, ...)</c>: the sum of up to eight tensors of one shape where <c>gate</c> is above 0, elsewhere 0, in one pass over memory:
/// the backward pass of a ReLU whose result several operators read. Attribute: <c>threads</c>.
/// </summary>
internal sealed class GatedSumOperator : KernelOperator
{
    public const string OperatorName = "GatedSum";

    /// <summary>How many tensors can be added.</summary>
    public const int MostTerms = 8;

    public override string Name => OperatorName;

    public override int Inputs => 1 + MostTerms;

    public override int RequiredInputs => 2;

    public override Kernel Create(KernelAttributes attributes) => new GatedSumKernel { Threads = (int)attributes["threads\0"u8] };

    private sealed unsafe class GatedSumKernel : Kernel
    {
        // floats of a job: large enough to be worth a thread's while, small enough to share well
        private const int Chunk = 1 << 14;

        public override void Compute(KernelContext context)
        {
            var shape = context.ShapeOf(0)!;
            var terms = new List<IntPtr>(MostTerms);
            for (var term = 1; term <= MostTerms; term++)
            {
                if (context.ShapeOf(term) is not { } other) continue;
                if (!other.AsSpan().SequenceEqual(shape)) throw new InvalidOperationException("the terms are not of the gate's shape");
                terms.Add((IntPtr)context.Input(term));
            }
            var gate = new Pointer((float*)context.Input(0));
            var result = new Pointer((float*)context.Output(0, shape));
            var count = Onnx.Tensor.CountOf(shape);
            var addends = terms.ToArray();
            context.For(checked((int)((count + Chunk - 1) / Chunk)), job =>
            {
                var first = (nint)job * Chunk;
                Add(gate + first, addends, first, result + first, (int)Math.Min(Chunk, count - first));
            });
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Add(float* gate, IntPtr[] terms, nint offset, float* result, int length)
        {
            var index = 0;
            for (; index <= length - Vector256<float>.Count; index += Vector256<float>.Count)
            {
                var sum = Vector256.Load((float*)terms[0] + offset + index);
                for (var term = 1; term < terms.Length; term++) sum += Vector256.Load((float*)terms[term] + offset + index);
                (sum & Vector256.GreaterThan(Vector256.Load(gate + index), Vector256<float>.Zero)).Store(result + index);
            }
            for (; index < length; index++)
            {
                var sum = ((float*)terms[0])[offset + index];
                for (var term = 1; term < terms.Length; term++) sum += ((float*)terms[term])[offset + index];
                result[index] = gate[index] > 0 ? sum : 0;
            }
        }
    }
}
