using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>Sites with an access log.</summary>
internal static class LogSite
{
    public static Task<TestSite> StartAsync(
        ServerKind server, CapturingSink? sink, Action<WebApplication>? app, params (string Key, string Value)[] settings) =>
        TestSite.StartAsync(server, new SiteOptions
        {
            Settings = settings.Append(("FlushInterval", "00:00:00")).DistinctBy(s => s.Item1)
                .ToDictionary(s => $"{AeronetAccessLogOptions.SectionName}:{s.Item1}", s => (string?)s.Item2),
            Builder = builder =>
            {
                builder.Services.AddAeronetAccessLog().AddAeronetAccessLog();
                if (sink is not null)
                    builder.Services.AddSingleton<IAccessLogSink>(sink);
            },
            App = site =>
            {
                site.UseAeronetAccessLog();
                app?.Invoke(site);
            },
        });
}
