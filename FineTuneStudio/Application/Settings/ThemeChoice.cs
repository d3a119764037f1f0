namespace FineTuneStudio.Application.Settings;

/// <summary>Light, dark, or what the system says.</summary>
public enum ThemeChoice
{
    System,
    Light,
    Dark,
}
