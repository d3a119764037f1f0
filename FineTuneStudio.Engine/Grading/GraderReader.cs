using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading.Graders;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Makes graders from their JSON, with every fault of all of them.</summary>
internal sealed class GraderReader(GraderServices services, List<UserError> faults)
{
    private static readonly Dictionary<string, Func<GraderFields, GraderReader, string, IGrader>> Types = new(StringComparer.Ordinal)
    {
        [StringCheckGrader.TypeName] = (fields, _, name) => new StringCheckGrader(fields, name),
        [TextSimilarityGrader.TypeName] = (fields, _, name) => new TextSimilarityGrader(fields, name),
        [ScoreModelGrader.TypeName] = (fields, reader, name) => new ScoreModelGrader(fields, name, reader.Services),
        [LabelModelGrader.TypeName] = (fields, reader, name) => new LabelModelGrader(fields, name, reader.Services),
        [PythonGrader.TypeName] = (fields, reader, name) => new PythonGrader(fields, name, reader.Services),
        [MultiGrader.TypeName] = (fields, reader, name) => new MultiGrader(fields, name, reader),
        [WeightedGrader.TypeName] = (fields, reader, name) => new WeightedGrader(fields, name, reader),
        [RegexGrader.TypeName] = (fields, _, name) => new RegexGrader(fields, name),
        [JsonSchemaGrader.TypeName] = (fields, _, name) => new JsonSchemaGrader(fields, name),
        [JsonEqualGrader.TypeName] = (fields, _, name) => new JsonEqualGrader(fields, name),
        [NumberGrader.TypeName] = (fields, _, name) => new NumberGrader(fields, name),
        [MathGrader.TypeName] = (fields, _, name) => new MathGrader(fields, name),
        [LengthGrader.TypeName] = (fields, _, name) => new LengthGrader(fields, name),
        [FormatGrader.TypeName] = (fields, _, name) => new FormatGrader(fields, name),
        [ToolCallGrader.TypeName] = (fields, _, name) => new ToolCallGrader(fields, name),
        [LanguageGrader.TypeName] = (fields, _, name) => new LanguageGrader(fields, name),
        [RepetitionGrader.TypeName] = (fields, _, name) => new RepetitionGrader(fields, name),
    };

    private readonly List<IDisposable> _owned = [];

    /// <summary>What the graders read so far hold of the system: to be released with them.</summary>
    public IReadOnlyList<IDisposable> Owned => _owned;

    /// <summary>What the graders need from outside.</summary>
    public GraderServices Services => services;

    /// <summary>Every <c>type</c> there is.</summary>
    public static IEnumerable<string> TypeNames => Types.Keys;

    /// <summary>Reads one grader; after a fault it is not to be used, and may be <see langword="null"/>.</summary>
    /// <param name="element">Its JSON.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="key">The name it has where it stands, for one that gives none of its own.</param>
    /// <param name="isPart">Whether it stands in a combination, where no other combination may.</param>
    public IGrader? Read(JsonElement element, string path, string? key = null, bool isPart = false)
    {
        var before = faults.Count;
        var fields = new GraderFields(element, path, faults);
        if (faults.Count > before)
        {
            return null;
        }

        var type = fields.Text("type");
        var name = fields.Text("name", key);
        if (!Types.TryGetValue(type, out var create))
        {
            if (type.Length > 0)
            {
                fields.Fault("type", $"Found '{type}'; expected one of {string.Join(", ", Types.Keys)}.");
            }

            return null;
        }

        if (isPart && type is (MultiGrader.TypeName or WeightedGrader.TypeName))
        {
            fields.Fault("type", $"Found '{type}' inside of a combination; expected a grader that combines no others.");
            return null;
        }

        var grader = create(fields, this, name);
        fields.End();
        if (grader is IDisposable owned)
        {
            _owned.Add(owned);
        }

        return grader;
    }
}
