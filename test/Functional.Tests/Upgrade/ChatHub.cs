using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;

namespace Aeronet.AspNetCore.Functional.Tests.Upgrade;

internal sealed class ChatHub : Hub
{
    public string Echo(string text) => text;

    public Task Broadcast(string text) => Clients.All.SendAsync("Said", text);

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < to; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
            await Task.Yield();
        }
    }

    public async Task<int> Sum(IAsyncEnumerable<int> numbers)
    {
        var sum = 0;
        await foreach (var number in numbers)
            sum += number;

        return sum;
    }
}
