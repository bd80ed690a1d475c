using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>Plays the client's part of the turns on one connection and its partner, and checks every byte that comes.</summary>
internal sealed class ScriptedClient(int seed, int number, bool mayBlock, SslProtocols tls, Arrivals arrivals) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly byte[] _partnersBuffer = new byte[64 * 1024];
    private Stream _stream = Stream.Null;
    private Stream _partner = Stream.Null;
    private int _turns;
    private string _doing = "connecting";

    internal int Turns => _turns;

    internal async Task RunAsync(IPEndPoint endPoint, TimeSpan duration)
    {
        try
        {
            _partner = await ConnectAsync(endPoint, ~number);
            _stream = await ConnectAsync(endPoint, number);
            await PlayAsync(TimeProvider.System.GetTimestamp(), duration);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {seed}, connection {number}, turn {_turns}, {_doing}: {failure.Message}", failure);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _partner.Dispose();
    }

    private async Task<Stream> ConnectAsync(IPEndPoint endPoint, int name)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint).OrTimeout("a connection");
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls != SslProtocols.None)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(TlsParties.Client(tls)).OrTimeout("the handshake");
            stream = secure;
        }

        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, name);
        await stream.WriteAsync(bytes);
        return stream;
    }

    private async Task PlayAsync(long start, TimeSpan duration)
    {
        long own = 0, partners = 0;
        var sent = false;
        using var turns = Turn.Of(seed, number, mayBlock).GetEnumerator();
        turns.MoveNext();
        while (true)
        {
            var turn = turns.Current;
            turns.MoveNext();
            var isLast = TimeProvider.System.GetElapsedTime(start) > duration;
            if (!sent)
                await SendAsync(turn);

            sent = turn.SendsEarly && !isLast;
            if (sent)
                await SendAsync(turns.Current);

            if (turn.ReadsAfter > 0)
                await Task.Delay(turn.ReadsAfter);

            _doing = $"taking {turn.Answer} bytes at {own} and the partner's {turn.PartnersAnswer} at {partners}";
            await Task.WhenAll(
                TakeAsync(_stream, _buffer, own, turn.Answer, ofPartner: false),
                TakeAsync(_partner, _partnersBuffer, partners, turn.PartnersAnswer, ofPartner: true));
            own += turn.Answer;
            partners += turn.PartnersAnswer;
            _turns++;
            if (isLast)
                return;
        }
    }

    private async Task SendAsync(Turn turn)
    {
        _doing = $"sending {turn.Message} bytes";
        var bytes = new byte[turn.Message];
        var step = (turn.Message + turn.Pieces - 1) / turn.Pieces;
        for (var at = 0; at < bytes.Length; at += step)
        {
            await _stream.WriteAsync(bytes.AsMemory(at, Math.Min(step, bytes.Length - at))).OrTimeout("a message to be sent");
            if (at + step < bytes.Length)
                await Task.Delay(1);
        }
    }

    private async Task TakeAsync(Stream stream, byte[] buffer, long position, int count, bool ofPartner)
    {
        var what = ofPartner ? "of its partner" : "of its own";
        while (count > 0)
        {
            var received = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, count))).OrTimeout($"{count} bytes {what} at {position}");
            if (received == 0)
                throw new EndOfStreamException($"The server closed {count} bytes {what} early.");

            var mismatch = Pattern.FindMismatch(buffer.AsSpan(0, received), position);
            if (mismatch >= 0)
                throw new InvalidDataException($"Byte {mismatch} {what} is wrong.");

            position += received;
            count -= received;
            arrivals.Of(number, ofPartner).Set(position);
        }
    }
}
