using FineTuneStudio.Application.Settings;

namespace FineTuneStudio.Components.Layout;

/// <summary>Settings as attributes of the document: written by the server, so that nothing flashes, and read by scripts and styles.</summary>
internal static class DocumentSettings
{
    public static string Theme(StudioSettings settings) => settings.Theme.ToString().ToLowerInvariant();

    public static string SingleKeys(StudioSettings settings) => settings.SingleKeys ? "on" : "off";
}
