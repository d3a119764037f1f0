using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace FineTuneStudio.Api;

/// <summary>Requests whose body is a file of any size.</summary>
internal static class LargeBodies
{
    /// <summary>The size is the studio's to judge, and a slow line is no attack on a machine of one's own.</summary>
    public static void AllowAnySize(this HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
