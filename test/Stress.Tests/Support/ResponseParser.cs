using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// Finds the end of HTTP/1.1 responses that have a Content-Length, and checks that bodies are <see cref="Pattern"/> bytes
/// when asked to. Allocates nothing per response but the head's text.
/// </summary>
internal sealed class ResponseParser(bool verifyPattern = false)
{
    private readonly byte[] _head = new byte[2048];
    private int _headLength;
    private long _bodyLength = -1;
    private long _bodyReceived;

    /// <summary>The status of the response that was completed last.</summary>
    internal int Status { get; private set; }

    /// <summary>Whether a part of a response has been received.</summary>
    internal bool HasBegun => _headLength > 0;

    internal long BodyReceived => _bodyReceived;

    /// <summary>Takes bytes of one response. True when it is complete; nothing may follow it (no pipelining).</summary>
    internal bool Take(ReadOnlySpan<byte> bytes)
    {
        if (_bodyLength < 0)
        {
            var before = _headLength;
            var taken = Math.Min(bytes.Length, _head.Length - before);
            bytes[..taken].CopyTo(_head.AsSpan(before));
            _headLength += taken;
            var end = _head.AsSpan(0, _headLength).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return _headLength < _head.Length ? false : throw new InvalidDataException("The response's head has no end.");
            }

            ParseHead(Encoding.Latin1.GetString(_head, 0, end));
            bytes = bytes[(end + 4 - before)..];
        }

        if (verifyPattern && Pattern.FindMismatch(bytes, _bodyReceived) is >= 0 and var wrong)
            throw new InvalidDataException($"Byte {wrong} of the body is wrong.");

        _bodyReceived += bytes.Length;
        if (_bodyReceived > _bodyLength)
            throw new InvalidDataException($"{_bodyReceived - _bodyLength} bytes follow the response.");

        if (_bodyReceived < _bodyLength)
            return false;

        Reset();
        return true;
    }

    internal void Reset()
    {
        _headLength = 0;
        _bodyLength = -1;
        _bodyReceived = 0;
    }

    private void ParseHead(string head)
    {
        const string Length = "\r\nContent-Length: ";
        Status = int.Parse(head.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        var start = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
            throw new InvalidDataException($"The response has no Content-Length: {head}");

        var value = head.AsSpan(start + Length.Length);
        var stop = value.IndexOf('\r');
        _bodyLength = long.Parse(stop < 0 ? value : value[..stop], CultureInfo.InvariantCulture);
    }
}
