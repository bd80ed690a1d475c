using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>In Development the client may be told what the log is told.</summary>
public sealed partial class AnswerTests
{
    private static readonly Dictionary<string, string?> Told = new() { ["Aeronet:ParserDiagnostics:Mode"] = "LogAndBody" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryHead_IsAnsweredByOneWholeResponse(bool tls)
    {
        await using var site = await RefusingSite.StartAsync(settings: Told);
        foreach (var request in MalformedRequests.All.Where(request => !request.IsInBody))
        {
            await using var client = await site.ConnectAsync(tls);
            await client.SendAsync(request.Text);
            if (request.Ends)
                await client.EndAsync();

            var answer = await client.ReadToEndAsync();
            Assert.True(answer.Length > 0, $"'{request.Text}' was not answered, {client.EndPoint}");
            var (status, fields, body) = Parse(answer);

            Assert.Equal(request.StatusCode, status);
            Assert.Equal(body.Length, int.Parse(fields["Content-Length"], CultureInfo.InvariantCulture));
            Assert.Equal(("close", "text/plain", "nosniff"), (fields["Connection"], fields["Content-Type"], fields["X-Content-Type-Options"]));
            Assert.Equal(status == 405, fields.ContainsKey("Allow"));
            Assert.StartsWith(
                $"{request.Fault} at byte {request.Offset}, line {request.Line}, column {request.Column}: expected ", body, StringComparison.Ordinal);
            Assert.Contains(request.Expected, body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Answer_PointsAtTheByte()
    {
        await using var site = await RefusingSite.StartAsync(settings: Told);
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("GET / HTTP/1.1\r\nX:\tb\0c\r\n\r\n");

        var (_, _, body) = Parse(await client.ReadToEndAsync());

        Assert.Equal(
            "ValueInvalid at byte 20, line 2, column 5: expected no NUL in the field value\n\n"
            + "GET / HTTP/1.1\\r\\nX:\\tb<NUL>\n"
            + "                       ^\n",
            body);
    }

    [Fact]
    public async Task Answer_ComesAfterTheResponsesBeforeIt()
    {
        await using var site = await RefusingSite.StartAsync(settings: Told);
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n oops\r\n\r\n");

        var answers = (await client.ReadToEndAsync()).Split("good\r\n0\r\n\r\n");

        Assert.Equal(3, answers.Length);
        Assert.All(answers[..2], answer => Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal));
        Assert.StartsWith("MethodMissing at byte 0, line 1, column 1", Parse(answers[2]).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadRequest_HasNoBody()
    {
        await using var site = await RefusingSite.StartAsync(settings: Told);
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("HEAD / HTTP/1.1\r\nX : b\r\n\r\n");

        Assert.EndsWith("\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("SpaceBeforeColon", (await site.Log.TakeAsync(client.EndPoint)).Fault);
    }

    [Fact]
    public async Task BodyOfARequest_IsAnsweredByTheApplication()
    {
        await using var site = await RefusingSite.StartAsync(settings: Told, app: async context =>
        {
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
            catch (BadHttpRequestException)
            {
                context.Response.StatusCode = 422;
                await context.Response.WriteAsync("mine");
            }
        });
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");

        Assert.Contains("422", await client.ReadUntilAsync("mine"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogAlone_LeavesKestrelsAnswerAsItIs()
    {
        await using var site = await RefusingSite.StartAsync();
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync(" / HTTP/1.1\r\n\r\n");

        var (status, fields, body) = Parse(await client.ReadToEndAsync());

        Assert.Equal((400, "", "0"), (status, body, fields["Content-Length"]));
    }

    [Fact]
    public async Task Off_SaysNothing()
    {
        await using var site = await RefusingSite.StartAsync(settings: new() { ["Aeronet:ParserDiagnostics:Mode"] = "off" });
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("\u0016\u0003\u0001\0\u00c8");

        var (status, _, body) = Parse(await client.ReadToEndAsync());

        Assert.Equal((400, ""), (status, body));
        Assert.Empty(site.Log.Take(client.EndPoint));
    }

    private static (int StatusCode, Dictionary<string, string> Fields, string Body) Parse(string answer)
    {
        var head = Head().Match(answer);
        Assert.True(head.Success, $"'{answer}' is no response");
        var fields = head.Groups["fields"].Value.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2)).ToDictionary(field => field[0], field => field[1], StringComparer.OrdinalIgnoreCase);
        return (int.Parse(head.Groups["status"].Value, CultureInfo.InvariantCulture), fields, answer[head.Length..]);
    }

    [GeneratedRegex(@"^HTTP/1\.1 (?<status>\d{3}) [A-Za-z ]+\r\n(?<fields>(?:[A-Za-z-]+: [^\r\n]*\r\n)*)\r\n")]
    private static partial Regex Head();
}
