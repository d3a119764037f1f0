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
        var address = AddressOf(endpoint, settings);
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new HubConnection(uri, TokenOf(token, settings))
            : throw new UserErrorException("--endpoint", $"'{address}' is no address of a hub; expected https://HOST.");
    }

    /// <summary>The address that is asked, as it is written.</summary>
    public static string AddressOf(string? endpoint, StudioOptions settings)
        => FirstOf(endpoint, settings.HubEndpoint, Environment.GetEnvironmentVariable("HF_ENDPOINT")) ?? DefaultEndpoint;

    /// <summary>The token that goes along; <see langword="null"/> for none.</summary>
    public static string? TokenOf(string? token, StudioOptions settings) => FirstOf(token, settings.HubToken, Environment.GetEnvironmentVariable("HF_TOKEN"));

    private static string? FirstOf(params string?[] texts) => texts.FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));

    /// <summary>Without the token, so that no log ever has it.</summary>
    public override string ToString() => Endpoint.ToString();
}
