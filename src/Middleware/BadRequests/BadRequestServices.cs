using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aeronet.AspNetCore.Middleware.BadRequests;

/// <summary>Registers who is told of bad requests.</summary>
internal static class BadRequestServices
{
    /// <summary>Adds a listener that is among the services itself.</summary>
    public static void Add<TListener>(IServiceCollection services)
        where TListener : class, IBadRequestListener
    {
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IBadRequestListener, TListener>(provider => provider.GetRequiredService<TListener>()));
        if (services.Any(service => service.ServiceType == typeof(BadRequestSource)))
        {
            return;
        }

        // Kestrel's own; the host's diagnostics go by DiagnosticListener.
        services.AddSingleton<BadRequestSource>();
        services.AddSingleton<DiagnosticSource>(provider => provider.GetRequiredService<BadRequestSource>());
    }
}
