using FineTuneStudio.Engine.Grading;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>What a definition's faults are called, and where they stand.</summary>
public sealed class GraderReaderTests
{
    [Fact]
    public void Parse_SeveralFaults_ListsEachWithPlaceFoundAndExpected()
    {
        var faults = Graders.Faults(
            """
            {"type":"multi","name":"m","calculate_output":"a + c +","graders":{
              "a":{"type":"string_check","input":"{{sample.output_text}}","reference":7,"operation":"neq"},
              "b":{"type":"text_similarity","input":"{{sample.nothing}}","reference":"{{item.x","evaluation_metric":"cosine","colour":1}}}
            """);

        Assert.Equal(
            [
                "grader.json: graders.a.reference: Found 7; expected a text.",
                "grader.json: graders.a.operation: Found \"neq\"; expected one of eq, ne, like, ilike.",
                "grader.json: graders.b.input: Found '{{sample.nothing}}'; expected item.… (a field of the row), sample.output_text, sample.output_json, sample.output_tools or sample.choices.",
                "grader.json: graders.b.reference: Found '{{' at character 1 without '}}'; expected both around a name, as in {{item.answer}}.",
                "grader.json: graders.b.evaluation_metric: Found 'cosine', which compares embeddings of a model that this studio does not have; expected one of fuzzy_match, bleu, gleu, meteor, rouge_1, rouge_2, rouge_3, rouge_4, rouge_5, rouge_l.",
                "grader.json: graders.b.colour: Found a field 'colour'; expected only type, name, input, reference, pass_threshold, evaluation_metric.",
                "grader.json: calculate_output: Found the end; expected a number, a grader's name, a function or '('.",
            ],
            faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("[]", "Found []; expected an object with fields.")]
    [InlineData("{\"name\":\"x\"}", "type: Found nothing; expected a text.")]
    [InlineData("{\"type\":\"multi\",\"name\":\"m\",\"graders\":{},\"calculate_output\":\"1\"}", "graders: Found {}; expected an object of graders by name, with at least one.")]
    [InlineData("{\"type\":\"label_model\",\"name\":\"m\",\"model\":\"j\",\"input\":[{\"role\":\"user\",\"content\":\"x\"}],\"labels\":[\"a\"],\"passing_labels\":[\"b\"]}", "passing_labels: Found 'b'; expected labels out of labels: a.")]
    [InlineData("{\"type\":\"score_model\",\"name\":\"m\",\"model\":\"j\",\"range\":[1,0],\"input\":[{\"role\":\"user\",\"content\":\"x\"}]}", "range: Found [1,0]; expected two numbers, the smaller first, as in [0, 1].")]
    [InlineData("{\"type\":\"score_model\",\"name\":\"m\",\"model\":\"j\",\"input\":[{\"role\":\"robot\",\"content\":[{\"type\":\"input_image\",\"text\":\"\"}]}]}", "input[0].content[0].type: Found \"input_image\"; expected one of input_text, output_text, text.")]
    [InlineData("{\"type\":\"regex\",\"name\":\"m\",\"pattern\":\"(\"}", "pattern: Found '('; expected a regular expression")]
    [InlineData("{\"type\":\"length\",\"name\":\"m\",\"min\":5,\"max\":2}", "min: Found a min of 5 above the max of 2")]
    [InlineData("{\"type\":\"json_schema\",\"name\":\"m\",\"schema\":{\"properties\":{\"a\":{\"type\":\"text\"}}}}", "schema.properties.a.type: Found \"text\"; expected one or several of")]
    [InlineData("{\"type\":\"json_schema\",\"name\":\"m\",\"schema\":{\"unevaluatedProperties\":false}}", "schema.unevaluatedProperties: Found 'unevaluatedProperties', which this grader does not know")]
    [InlineData("{\"type\":\"weighted\",\"name\":\"m\",\"graders\":[{\"weight\":\"1\",\"grader\":{\"type\":\"multi\",\"name\":\"n\"}}]}", "graders[0].grader.type: Found 'multi' inside of a combination")]
    public void Parse_AFault_IsNamed(string json, string expected)
        => Assert.Contains(Graders.Faults(json), fault => fault.ToString().StartsWith($"grader.json: {expected}", StringComparison.Ordinal));

    [Fact]
    public void Parse_UnknownType_NamesEveryType()
    {
        var fault = Assert.Single(Graders.Faults("""{"type":"vibes","name":"x"}"""));

        Assert.All(Grader.Types, type => Assert.Contains(type, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_NoJson_SaysTheLine() => Assert.Equal("grader.json:2", Assert.Single(Graders.Faults("{\n\"type\" 1}")).Field);
}
