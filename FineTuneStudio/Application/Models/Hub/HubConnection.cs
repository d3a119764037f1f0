using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Where the hub is, and who asks.</summary>
/// <param name="Endpoint">Its address.</param>
/// <param name="Token">Access token; never written anywhere.</param>
public sealed record HubConnection(Uri Endpoint, string? Token)
{
    /// <summary>The public hub.</summary>
    public const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>What is given, else what the settings say, else the variables <c>HF_ENDPOINT</c> and <c>HF_TOKEN</c>, else the public hub.</summary>
    /// <exception cref="UserErrorException">The address is none.</exception>
    public static HubConnection Of(string? endpoint, string? token, StudioOptions settings)
    {
        string?[] addresses = [endpoint, settings.HubEndpoint, Environment.GetEnvironmentVariable("HF_ENDPOINT"), DefaultEndpoint];
        string?[] tokens = [token, settings.HubToken, Environment.GetEnvironmentVariable("HF_TOKEN")];
        var address = addresses.First(text => !string.IsNullOrWhiteSpace(text))!;
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new HubConnection(uri, tokens.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)))
            : throw new UserErrorException("--endpoint", $"'{address}' is no address of a hub; expected https://HOST.");
    }

    /// <summary>Without the token, so that no log ever has it.</summary>
    public override string ToString() => Endpoint.ToString();
}
