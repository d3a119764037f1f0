namespace FineTuneStudio.Application.Models.Hub;

/// <summary>The hub, or the way to it, is gone for now.</summary>
internal sealed class HubUnreachableException(string message) : Exception(message);
