using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Metering;

/// <summary>Whoever filters a log by an event's number gets one event.</summary>
public sealed class EventIdTests
{
    // Each of these is the category of a class of Kestrel's, with Kestrel's own numbers.
    private const string Kestrels = "Kestrel";

    [Fact]
    public void Events_OfACategory_HaveNumbersAndNamesOfTheirOwn()
    {
        var events = typeof(AeronetTransportOptions).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (Category: method.DeclaringType!.Name.StartsWith(Kestrels, StringComparison.Ordinal) ? method.DeclaringType.Name : "", Event: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.Event is not null)
            .ToArray();

        Assert.NotEmpty(events);
        Assert.Empty(events.GroupBy(found => (found.Category, found.Event!.EventId)).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(found => found.Event!.EventName))}"));
        Assert.Empty(events.GroupBy(found => (found.Category, found.Event!.EventName)).Where(same => same.Count() > 1).Select(same => $"{same.Key}"));
    }
}
