using System.Buffers;
using System.Text;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>The bytes of a message are held until it is accepted, and not longer.</summary>
public sealed class HeldInputTests : IDisposable
{
    private const int Limit = 10_000;

    private readonly SocketPair _pair = new();
    private readonly TrackingMemoryPool _pool = new();
    private readonly InputBuffer _buffer;
    private readonly HeldInput _held;
    private bool _isOver;

    public HeldInputTests()
    {
        _buffer = new InputBuffer(_pool.Blocks, 1024 * 1024) { Holds = true };
        _held = new HeldInput(_buffer, Limit);
    }

    [Fact]
    public void Message_ConsumedInParts_IsHeldUntilAccepted()
    {
        foreach (var part in (string[])["GET / ", "HTTP/1.1\r\n", "Host: a\r\n", "\r\n"])
            ReadAndConsume(part);

        Assert.Equal("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Held());
        Assert.Equal(1, _pool.Outstanding);

        Accept();

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void NextMessage_BeginsWhereTheServerReadsWithTheLastOver()
    {
        ReadAndConsume("first");
        Accept();
        ReadAndConsume("body");
        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal(0, _held.MessageStart);

        _isOver = true;
        ReadAndConsume("second");

        Assert.False(_held.IsAccepted);
        Assert.Equal("firstbody".Length, _held.MessageStart);
        Assert.Equal("second", Held());
    }

    [Fact]
    public void IdleConnection_AfterAnAcceptedMessage_HoldsNoBlock()
    {
        ReadAndConsume("message");
        Accept();
        _isOver = true;
        _held.OnRead(seesBytes: true);

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Message_LongerThanTheLimit_IsLetGoForGood()
    {
        for (var i = 0; i < 20; i++)
            ReadAndConsume(new string('x', 1000));

        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal("", Held());
        Assert.Equal(20_000, _buffer.Position);
    }

    [Fact]
    public void Http2Preface_IsLetGo()
    {
        ReadAndConsume("PRI * HTTP/2.0\r\n\r\nSM");
        Assert.Equal(1, _pool.Outstanding);

        ReadAndConsume("\r\n\r\n");
        ReadAndConsume("frame");

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void BytesThatSomebodyElseReads_AreLetGo()
    {
        ReadAndConsume("ciphertext");
        _held.OnRead(seesBytes: false);

        Assert.Equal(0, _pool.Outstanding);
    }

    /// <summary>As the handshake of TLS takes what a middleware in front of it has left.</summary>
    [Fact]
    public void BytesTakenBySomebodyElse_WhatFollowsBeginsTheMessage()
    {
        ReadAndConsume("preface");
        _buffer.Clear();
        _held.OnTaken();
        ReadAndConsume("bad");

        Assert.Equal("preface".Length, _held.MessageStart);
        Assert.Equal("bad", Encoding.ASCII.GetString(_held.Beginning().ToArray()));
    }

    [Fact]
    public void Keep_UnacceptedMessage_RemembersItsBeginning()
    {
        ReadAndConsume("bad");
        _held.Keep();
        _buffer.Clear();

        Assert.Equal("bad", Encoding.ASCII.GetString(_held.Beginning().ToArray()));
        Assert.Equal(0, _pool.Outstanding);
    }

    public void Dispose()
    {
        _buffer.Clear();
        _pair.Dispose();
        _pool.Dispose();
    }

    private void ReadAndConsume(string text)
    {
        _held.OnRead(seesBytes: true);
        _pair.Peer.Send(Encoding.ASCII.GetBytes(text));
        Assert.Equal(text.Length, _buffer.Receive(new PlainChannel(_pair.Handle), out _).Bytes);
        _buffer.AdvanceTo(_buffer.Sequence.End, _buffer.Sequence.End);
    }

    private void Accept()
    {
        _isOver = false;
        _held.Accept(static test => ((HeldInputTests)test)._isOver, this);
    }

    private string Held() => Encoding.ASCII.GetString(_buffer.Held.ToArray());
}
