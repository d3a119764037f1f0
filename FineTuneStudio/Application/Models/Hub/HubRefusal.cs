using System.Net;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Why a hub says no, in a person's words, with the way out.</summary>
internal static class HubRefusal
{
    public static UserError Explain(HttpResponseMessage response, HubAddress address, HubConnection hub)
    {
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        var page = new Uri(hub.Endpoint, address.Repository);
        return new UserError(address.ToString(), (response.StatusCode, code) switch
        {
            (_, "GatedRepo") when hub.Token is null => $"This model is gated: its owner asks for consent first. Accept the terms at {page}, then give your access token (--token, the form's field, or the variable HF_TOKEN).",
            (_, "GatedRepo") or (HttpStatusCode.Forbidden, _) => $"Your token has no access to this model. Accept its terms at {page} with the same account, and see that the token may read gated repositories.",
            (_, "RevisionNotFound") => $"The repository has no revision '{address.Revision}'; see {page}/tree/main for its branches.",
            (HttpStatusCode.Unauthorized, _) when hub.Token is null => $"There is no such model at {hub.Endpoint.Host}, or it is private or gated. Check the name at {page}; for a private or gated one give your access token (--token, the form's field, or the variable HF_TOKEN).",
            (HttpStatusCode.Unauthorized, _) => $"The hub does not accept your token, or there is no such model. Check both: {page}",
            (HttpStatusCode.NotFound, _) => $"There is no such model at {hub.Endpoint.Host}. Check the name: {page}",
            (HttpStatusCode.TooManyRequests, _) => "The hub answers no more requests for now. Wait a few minutes and import again; what was fetched is kept.",
            (>= HttpStatusCode.InternalServerError, _) => $"The hub has a fault of its own ({(int)response.StatusCode}). Import again later; what was fetched is kept.",
            _ => $"The hub refuses with {(int)response.StatusCode} {response.ReasonPhrase}.",
        });
    }
}
