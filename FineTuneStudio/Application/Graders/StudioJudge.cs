using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Judging;

namespace FineTuneStudio.Application.Graders;

/// <summary>The judge that the settings name: section <c>Judge</c> of appsettings.json, overridden by <c>Judge__*</c> variables.</summary>
internal static class StudioJudge
{
    public const string Section = "Judge";

    /// <summary>Whether the settings name one.</summary>
    public static bool IsSetUp(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[$"{Section}:{nameof(JudgeSettings.BaseAddress)}"]);

    /// <summary>The judge; <see langword="null"/> where the settings name none. Each has a budget of its own.</summary>
    /// <exception cref="UserErrorException">Settings that cannot be.</exception>
    public static EndpointJudge? Create(IConfiguration configuration)
    {
        JudgeSettings settings;
        try
        {
            settings = configuration.GetSection(Section).Get<JudgeSettings>() ?? new JudgeSettings();
        }
        catch (InvalidOperationException exception)
        {
            throw new UserErrorException(Section, exception.Message);
        }

        return settings.BaseAddress.Length > 0 ? new EndpointJudge(settings) : null;
    }
}
