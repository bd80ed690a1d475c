using System.Buffers;
using System.Buffers.Binary;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.Tls.Fallback;

/// <summary>
/// Shows ClientHellos to the application's observer in front of Kestrel's own HTTPS: it reads the first record and leaves it
/// in the pipe.
/// </summary>
internal sealed class ClientHelloListener(ConnectionDelegate next, Action<ConnectionContext, ReadOnlySequence<byte>> observer, TimeSpan timeout)
{
    // Type, version, length (RFC 8446, section 5.1), and the type of the first handshake message.
    private const int HeadLength = 6;

    internal async Task OnConnectionAsync(ConnectionContext context)
    {
        if (context.Features.Get<ITlsConnectionFeature>() is not null || await TryObserveAsync(context).ConfigureAwait(false))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryObserveAsync(ConnectionContext context)
    {
        using var deadline = new CancellationTokenSource(timeout);
        var input = context.Transport.Input;
        while (true)
        {
            ReadOnlySequence<byte> bytes;
            bool ended;
            try
            {
                var read = await input.ReadAsync(deadline.Token).ConfigureAwait(false);
                (bytes, ended) = (read.Buffer, read.IsCompleted);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                return false;
            }

            var length = LengthOf(bytes);
            if (length is null || length <= bytes.Length || ended)
            {
                if (length <= bytes.Length)
                {
                    observer(context, bytes.Slice(0, length.Value));
                }

                // What is no ClientHello is Kestrel's to refuse.
                input.AdvanceTo(bytes.Start);
                return true;
            }

            input.AdvanceTo(bytes.Start, bytes.End);
        }
    }

    /// <summary>The length of the ClientHello's record, or one that is not there yet; null when it is no ClientHello.</summary>
    private static long? LengthOf(ReadOnlySequence<byte> bytes)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        head.Clear();
        bytes.Slice(0, Math.Min(bytes.Length, HeadLength)).CopyTo(head);
        if (bytes.Length < HeadLength)
        {
            return bytes.Length == 0 || head[0] == OpenSsl.SSL3_RT_HANDSHAKE ? HeadLength : null;
        }

        return head[0] == OpenSsl.SSL3_RT_HANDSHAKE && head[5] == OpenSsl.SSL3_MT_CLIENT_HELLO
            ? HeadLength - 1 + BinaryPrimitives.ReadUInt16BigEndian(head[3..])
            : null;
    }
}
