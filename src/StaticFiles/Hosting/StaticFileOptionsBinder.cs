using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>Binds <c>Aeronet:StaticFiles</c>.</summary>
internal sealed class StaticFileOptionsBinder(IConfiguration configuration) : IConfigureOptions<AeronetStaticFileOptions>
{
    public void Configure(AeronetStaticFileOptions options)
    {
        var section = configuration.GetSection(AeronetStaticFileOptions.SectionName);
        if (section.GetSection(nameof(options.DefaultDocuments)).Exists())
        {
            // The binder would add to the default.
            options.DefaultDocuments.Clear();
        }

        try
        {
            section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            // Its message names the key and the value; as an options failure it is reported like the others.
            throw new OptionsValidationException(Options.DefaultName, typeof(AeronetStaticFileOptions), [error.Message]);
        }
    }
}
