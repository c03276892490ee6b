using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Reverie.Onnx;
using Reverie.Onnx.Wire;
using Reverie.Runtime.Kernels;

namespace Reverie.Runtime;

/// <summary>Names a session by all that decides what it computes, and how: the graph with its weights, the options, the versions, the processor.</summary>
internal static class SessionKey
{
    /// <summary>The name: hexadecimal, fit for a file's.</summary>
    public static string Of(Model model, RuntimeOptions options)
    {
        using var weights = new HashingStream();
        var graph = ModelWriter.ToBytes(model, weights, WeightFile.Name);
        var text = string.Join('\n', typeof(SessionKey).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion, Engine.Version,
            string.Join(' ', Machine.ProcessorFeatures), KernelWidth.Bits, options.Provider, options.ThreadCount, options.Optimization, options.Arena, options.OwnKernels, options.SharesCores);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(graph));
        hash.AppendData(weights.Hash());
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A stream that keeps nothing of what is written to it but its hash.</summary>
    private sealed class HashingStream : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public byte[] Hash() => _hash.GetHashAndReset();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
