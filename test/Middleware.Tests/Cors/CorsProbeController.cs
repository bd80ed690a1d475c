using Microsoft.AspNetCore.Mvc;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

/// <summary>Actions with a policy and without. MVC finds no nested types.</summary>
[Route("cors-probe")]
public sealed class CorsProbeController : ControllerBase
{
    [HttpPut, AeronetCors("partner")]
    public string Put() => "put";

    [HttpDelete]
    public string Delete() => "delete";

    [AcceptVerbs("PATCH", Route = "verbs"), AeronetCors("partner")]
    public string Patch() => "patch";
}
