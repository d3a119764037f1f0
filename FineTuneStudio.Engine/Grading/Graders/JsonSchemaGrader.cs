using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Grading.Schemas;

namespace FineTuneStudio.Engine.Grading.Graders;

/// <summary><c>json_schema</c>: whether a text is JSON that fits a schema (draft 2020-12; docs/graders.md says which words).</summary>
internal sealed class JsonSchemaGrader : IGrader
{
    public const string TypeName = "json_schema";
    private readonly TextTemplate _input;
    private readonly JsonSchema? _schema;

    public JsonSchemaGrader(GraderFields fields, string name)
    {
        Name = name;
        _input = fields.Template("input", "{{sample.output_text}}");
        if (fields.Value("schema", "a JSON schema") is { } schema)
        {
            _schema = JsonSchema.Parse(schema, (place, message) => fields.Fault($"schema{place}", message));
        }
    }

    public string Name { get; }

    public string Type => TypeName;

    public Grade Evaluate(GradedSample sample, CancellationToken cancellationToken)
    {
        var fault = _schema!.FirstFault(_input.RenderAnswerJson(sample));
        return Grade.Of(fault is null, fault is null ? "The answer fits the schema." : $"The answer does not fit the schema: {fault}.");
    }
}
