using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>
/// The connection middleware that reads a connection's header, in front of TLS and of HTTP, and gives the connection its client's address. What it has
/// received behind the header it leaves to them.
/// <code>
/// peer is trusted? --no, required----------------------------> reset
///        |        \-no, optional-----------------------------> served as it is
///       yes
///        v
/// header in time? --malformed, cut short, late---------------> reset, counted by reason
///        |        \-none, optional---------------------------> served as it is
///       yes
///        v
/// addresses, features, and of a client over TLS https --------> TLS or HTTP
/// </code>
/// </summary>
internal sealed class ProxyMiddleware(ConnectionDelegate next, ProxyPolicy policy, ProxyMetrics metrics, ProxyRefusals refusals, bool endsTls)
{
    private static ReadOnlySpan<byte> Http2 => "h2"u8;

    // The first bytes of HTTP/2 (RFC 9113, section 3.4), which no other version's message begins with.
    private static ReadOnlySpan<byte> Http2Preface => "PRI "u8;

    internal Task OnConnectionAsync(ConnectionContext context)
    {
        var peer = context.RemoteEndPoint;
        if (!policy.Peers.Trusts(peer, context.LocalEndPoint))
        {
            if (policy.IsRequired)
            {
                refusals.Refuse(context, ProxyRefusal.UntrustedPeer);
                return Task.CompletedTask;
            }

            return KeepAddress(context) ? next(context) : Task.CompletedTask;
        }

        var reading = TryReadHeader(context);
        if (!reading.IsCompletedSuccessfully)
        {
            return Wait(context, reading);
        }

        return reading.Result ? next(context) : Task.CompletedTask;
    }

    private async Task Wait(ConnectionContext context, ValueTask<bool> reading)
    {
        if (await reading.ConfigureAwait(false))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    // On its own, so that what it needs does not stay in memory as long as the connection does.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryReadHeader(ConnectionContext context)
    {
        using var deadline = new CancellationTokenSource();
        var input = context.Transport.Input;
        var (hasBytes, isTimed) = (false, false);
        try
        {
            while (true)
            {
                var reading = input.ReadAsync(deadline.Token);
                if (!reading.IsCompleted && !isTimed)
                {
                    // Of all reads together; a header that is there already needs no timer.
                    deadline.CancelAfter(policy.HeaderTimeout);
                    isTimed = true;
                }

                var read = await reading.ConfigureAwait(false);
                var parsed = ProxyHeaderParser.Parse(read.Buffer, policy.MaxHeaderLength);
                if (parsed.Header is { } header)
                {
                    input.AdvanceTo(read.Buffer.GetPosition(parsed.Length));
                    hasBytes = false;
                    return await TryTake(context, header, deadline).ConfigureAwait(false);
                }

                if (parsed.Refusal != ProxyRefusal.None || read.IsCompleted)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return IsServedWithout(context, parsed.Refusal, read.Buffer.IsEmpty);
                }

                hasBytes |= !read.Buffer.IsEmpty;
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            if (!policy.IsRequired && !hasBytes)
            {
                return KeepAddress(context);
            }

            refusals.Refuse(context, ProxyRefusal.Timeout);
            return false;
        }
        catch (Exception failure) when (failure is IOException or ConnectionAbortedException)
        {
            // The peer has reset it, or the server has aborted it: nothing is left to refuse.
            if (hasBytes)
            {
                refusals.Count(context, ProxyRefusal.Truncated);
            }

            return false;
        }
    }

    /// <summary>Whether a connection without a header is served. The peer has finished where there is no <paramref name="refusal"/>.</summary>
    private bool IsServedWithout(ConnectionContext context, ProxyRefusal refusal, bool isEmpty)
    {
        if (!policy.IsRequired && (refusal == ProxyRefusal.NoHeader || isEmpty))
        {
            return KeepAddress(context);
        }

        if (!isEmpty)
        {
            refusals.Refuse(context, refusal == ProxyRefusal.None ? ProxyRefusal.Truncated : refusal);
        }

        // Who connects and leaves looks whether somebody is there.
        return false;
    }

    /// <summary>Gives the connection what the header says. False when its client has too many.</summary>
    private async ValueTask<bool> TryTake(ConnectionContext context, ProxyHeader header, CancellationTokenSource deadline)
    {
        metrics.HeaderRead(header.Version, header.Command);
        header.ProxyRemoteEndPoint = context.RemoteEndPoint;
        header.ProxyLocalEndPoint = context.LocalEndPoint;
        context.Features.Set<IProxyProtocolFeature>(header);
        var own = context.Features.Get<IPrefacedConnection>();
        own?.BeginStream();
        if (header.Source is null)
        {
            // Nobody's in particular: the balancer is not limited as a client is.
            context.RemoteEndPoint = header.ProxyRemoteEndPoint;
        }
        else
        {
            context.RemoteEndPoint = header.Source;
            context.LocalEndPoint = header.Destination;
            if (own?.TryAdmit(header.Source, header.ApplicationProtocol.Span.SequenceEqual(Http2)) == false)
            {
                return false;
            }
        }

        if (policy.UsesClientTls && !endsTls && header.Tls is { IsTls: true })
        {
            // A proxy that speaks HTTP itself may tell of HTTP/2 with its client and go on in HTTP/1.1.
            var isHttp2 = header.ApplicationProtocol.Span.SequenceEqual(Http2) && await BeginsHttp2(context.Transport.Input, deadline).ConfigureAwait(false);
            var tls = new ProxiedTls { ApplicationProtocol = isHttp2 ? header.ApplicationProtocol : default };
            context.Features.Set<ITlsConnectionFeature>(tls);
            context.Features.Set<ITlsApplicationProtocolFeature>(tls);
        }

        return true;
    }

    private async ValueTask<bool> BeginsHttp2(PipeReader input, CancellationTokenSource deadline)
    {
        try
        {
            while (true)
            {
                var reading = input.ReadAsync(deadline.Token);
                if (!reading.IsCompleted)
                {
                    deadline.CancelAfter(policy.HeaderTimeout);
                }

                var read = await reading.ConfigureAwait(false);
                if (read.IsCompleted || read.Buffer.Length >= Http2Preface.Length)
                {
                    var begins = Begins(read.Buffer, Http2Preface);
                    input.AdvanceTo(read.Buffer.Start);
                    return begins;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The peer is the client. False when it has too many.</summary>
    private static bool KeepAddress(ConnectionContext context)
    {
        // Who set the address has said who the client is: what the listener decides by the peer's, it leaves to those behind.
        context.RemoteEndPoint = context.RemoteEndPoint;
        return context.Features.Get<IPrefacedConnection>()?.TryAdmit(context.RemoteEndPoint, speaksHttp2: false) != false;
    }

    private static bool Begins(in ReadOnlySequence<byte> bytes, ReadOnlySpan<byte> with)
    {
        var reader = new SequenceReader<byte>(bytes);
        return reader.IsNext(with);
    }
}
