using Aeronet.AspNetCore.Middleware.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>
/// Looks, when the pipeline is built, for sections that nothing goes by: somebody who wrote <c>Aeronet:HttpsRedirect</c> expects it to do
/// something. Files and the dashboard are not looked at, because they have ways in that leave no trace.
/// </summary>
internal sealed class UnusedSectionFilter(
    PipelineUse use, IConfiguration configuration, IOptions<AeronetPipelineOptions> options, ILoggerFactory loggers) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (use.Has(PipelineStep.All))
        {
            return;
        }

        var logger = loggers.CreateLogger(PipelineLog.Category);
        var switches = options.Value;
        Check(switches.AccessLog, AeronetSections.AccessLog, PipelineStep.AccessLog);
        Check(switches.TlsMetrics, AeronetSections.TlsMetrics, PipelineStep.TlsMetrics);
        Check(switches.HttpsRedirect, AeronetSections.HttpsRedirect, PipelineStep.HttpsRedirect);
        Check(switches.Cors, AeronetSections.Cors, PipelineStep.Cors);
        Check(switches.Routes, AeronetSections.Routes, PipelineStep.Routes);

        void Check(bool? wanted, string section, string step)
        {
            if (wanted != false && !use.Has(step) && AeronetSections.Has(configuration, section))
            {
                PipelineLog.Unused(logger, ConfigurationPath.Combine(AeronetSections.Root, section), step);
            }
        }
    };
}
