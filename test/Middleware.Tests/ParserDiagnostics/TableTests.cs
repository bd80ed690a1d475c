using System.Globalization;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Every kind of bad request, however its bytes arrive: the event names the very byte.</summary>
public sealed class TableTests(RefusingSiteFixture fixture) : IClassFixture<RefusingSiteFixture>
{
    private const string Good = "GET /before%20it HTTP/1.1\r\nHost: a\r\n\r\n";

    public static IEnumerable<TheoryDataRow<string, bool>> Rows =>
        from request in MalformedRequests.All
        from tls in (bool[])[false, true]
        select new TheoryDataRow<string, bool>(request.Name, tls);

    [Theory, MemberData(nameof(Rows))]
    public async Task MalformedRequest_HoweverItArrives_IsReportedAtItsByte(string name, bool tls)
    {
        var request = MalformedRequests.All.Single(request => request.Name == name);
        var site = await fixture.SiteAsync();

        await Task.WhenAll(Enum.GetValues<Delivery>().Select(delivery => CheckAsync(site, request, delivery, tls)));
    }

    [Fact]
    public void Table_HasAtLeastFortyRows()
    {
        Assert.True(MalformedRequests.All.Count >= 40);
        Assert.Equal(MalformedRequests.All.Count, MalformedRequests.All.Select(request => request.Name).Distinct().Count());
    }

    private static async Task CheckAsync(RefusingSite site, MalformedRequest request, Delivery delivery, bool tls)
    {
        await using var client = await site.ConnectAsync(tls);

        var answer = await SendAsync(client, request, delivery);

        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal(
            (delivery, request.StatusCode, request.Fault, (long?)request.Offset, request.Line, request.Column),
            (delivery, refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
        Assert.Contains(request.Expected, refusal.Expected, StringComparison.Ordinal);
        if (!request.Ends)
            Assert.Contains(request.StatusCode.ToString(CultureInfo.InvariantCulture), answer, StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(SiteClient client, MalformedRequest request, Delivery delivery)
    {
        switch (delivery)
        {
            case Delivery.Whole:
                await client.SendAsync(request.Text);
                break;
            case Delivery.ByteByByte:
                await client.DribbleAsync(request.Text);
                break;
            case Delivery.SplitAtTheByte:
                await client.SendAsync(request.Text[..request.Offset]);
                await Task.Delay(10);
                await client.SendAsync(request.Text[request.Offset..]);
                break;
            case Delivery.SplitAfterTheByte:
                var next = Math.Min(request.Offset + 1, request.Text.Length);
                await client.SendAsync(request.Text[..next]);
                await Task.Delay(10);
                await client.SendAsync(request.Text[next..]);
                break;
            case Delivery.SecondOfTheConnection:
                await client.SendAsync(Good);
                await client.ReadUntilAsync("good\r\n0\r\n\r\n");
                await client.SendAsync(request.Text);
                break;
            case Delivery.AfterABody:
                await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                await Task.Delay(10);
                await client.SendAsync("0\r\n\r\n");
                await client.ReadUntilAsync("good\r\n0\r\n\r\n");
                await client.SendAsync(request.Text);
                break;
            case Delivery.PipelinedAfterABody:
                await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + request.Text);
                break;
            case Delivery.Pipelined:
                await client.SendAsync(Good + request.Text);
                break;
        }

        if (request.Ends)
            await client.EndAsync();

        return (await client.ReadToEndAsync()).Split("good\r\n0\r\n\r\n")[^1];
    }
}
