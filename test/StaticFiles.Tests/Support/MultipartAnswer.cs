using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>The parts of a multipart/byteranges answer, read by ASP.NET Core's reader.</summary>
internal sealed record MultipartAnswer(IReadOnlyList<MultipartAnswer.Part> Parts)
{
    internal sealed record Part(string ContentType, long First, long Last, long Size, byte[] Body)
    {
        public override string ToString() => $"{First}-{Last}/{Size}:{Encoding.UTF8.GetString(Body)}";
    }

    /// <summary>Checks what holds of every multipart answer, and takes it apart.</summary>
    public static async Task<MultipartAnswer> ReadAsync(Answer answer)
    {
        Assert.Equal(206, answer.Status);

        // RFC 9110 section 15.3.7.2: only the parts have Content-Range.
        Assert.Null(answer["Content-Range"]);
        Assert.Equal(answer.Body.Length.ToString(CultureInfo.InvariantCulture), answer["Content-Length"]);
        var type = MediaTypeHeaderValue.Parse(answer["Content-Type"]!);
        Assert.Equal("multipart/byteranges", type.MediaType);
        var boundary = type.Parameters.Single(p => p.Name == "boundary").Value!;

        // RFC 2046 section 5.1.1: the last delimiter closes.
        Assert.Contains($"--{boundary}\r\n", Encoding.Latin1.GetString(answer.Body), StringComparison.Ordinal);
        Assert.EndsWith($"\r\n--{boundary}--\r\n", Encoding.Latin1.GetString(answer.Body), StringComparison.Ordinal);

        var reader = new MultipartReader(boundary, new MemoryStream(answer.Body)) { HeadersCountLimit = 2 };
        var parts = new List<Part>();
        while (await reader.ReadNextSectionAsync() is { } section)
        {
            using var body = new MemoryStream();
            await section.Body.CopyToAsync(body);
            var range = ContentRangeHeaderValue.Parse(section.Headers!["Content-Range"].ToString());
            Assert.Equal("bytes", range.Unit);
            Assert.Equal(body.Length, range.To - range.From + 1);
            parts.Add(new Part(section.ContentType!, range.From!.Value, range.To!.Value, range.Length!.Value, body.ToArray()));
        }

        return new MultipartAnswer(parts);
    }

    public override string ToString() => string.Join(" ", Parts);
}
