using System.Buffers;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>Reads a head as Kestrel's own parser does, which knows lines and no limits.</summary>
internal static class KestrelHead
{
    /// <summary>What the parser refuses must be wrong to us, and what is right to us it must take.</summary>
    internal static void Compare(ReadOnlySpan<byte> head, HeadFault? fault)
    {
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(head.ToArray()));
        var parser = new HttpParser<Ignored>(showErrorDetails: true);
        bool isWhole;
        try
        {
            isWhole = parser.ParseRequestLine(default, ref reader) && parser.ParseHeaders(default, ref reader);
        }
        catch (BadHttpRequestException refusal)
        {
            Must.Hold(fault is { StatusCode: not 0 }, $"what Kestrel refuses ({refusal.Message}) is wrong");
            return;
        }

        Must.Hold(fault is not null || isWhole, "what has no fault is a whole head to Kestrel");
        Must.Hold(fault?.Kind != RequestFault.HeadIncomplete || !isWhole, "what is whole to Kestrel is not incomplete");
    }

    private readonly struct Ignored : IHttpRequestLineHandler, IHttpHeadersHandler
    {
        public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine)
        {
        }

        public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
        }

        public void OnHeadersComplete(bool endStream)
        {
        }

        public void OnStaticIndexedHeader(int index)
        {
        }

        public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value)
        {
        }
    }
}
