using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Languages;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>language</c>: whether a text is in a language, told by its script and its commonest words.</summary>
internal sealed class LanguageGrader : IGrader
{
    public const string TypeName = "language";
    private readonly TextTemplate _input;
    private readonly string _language;

    public LanguageGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input", "{{sample.output_text}}");
        _language = fields.Choice("language", null, [.. LanguageDetector.Known]);
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var text = _input.Render(sample);
        return LanguageDetector.Detect(text) switch
        {
            null => Grade.Of(true, $"{Quote.Short(text)} has too few words to tell a language by."),
            var found when found == _language => Grade.Of(true, $"The text is in '{found}'."),
            var found => Grade.Of(false, $"The text is in '{found}', not in '{_language}'."),
        };
    }
}
