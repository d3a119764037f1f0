using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates;

/// <summary>Why a template could not be read or rendered.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Message">For <see cref="TemplateFaultKind.RaiseException"/> exactly what the template said; else what was found, expected, and the way out.</param>
/// <param name="Line">Line of the template, from 1.</param>
public sealed record TemplateFault(TemplateFaultKind Kind, string Message, int Line)
{
    /// <summary>The fault as a person is told of it.</summary>
    public UserError ToUserError() => new(
        $"chat template, line {Line}",
        Kind == TemplateFaultKind.RaiseException ? $"The template refuses this conversation: {Message}" : Message);
}
