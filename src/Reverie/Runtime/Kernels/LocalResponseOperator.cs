using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>LocalResponse(x)</c>: local response normalisation of x [N,C,...] with exponent 3/4 (see <see cref="ChannelWindow"/>), in one pass over memory.
/// Attributes: <c>window</c> (neighbours before, after), <c>scale</c> and <c>bias</c> (the bits of their floats), <c>threads</c>.
/// </summary>
internal sealed class LocalResponseOperator : KernelOperator
{
    public const string OperatorName = "LocalResponse";

    public override string Name => OperatorName;

    public override int Inputs => 1;

    public override int RequiredInputs => 1;

    public override Kernel Create(KernelAttributes attributes) => new LocalResponseKernel(LocalResponseBlocks.WindowOf(attributes)) { Threads = (int)attributes["threads\0"u8] };

    private sealed unsafe class LocalResponseKernel(ChannelWindow like) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            var shape = context.ShapeOf(0)!;
            LocalResponseBlocks.Of(shape, like).Normalise(new((float*)context.Input(0)), new((float*)context.Output(0, shape)), context);
        }
    }
}
