using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Grading;

/// <summary>Graders of JSON and of tool calls.</summary>
public sealed class StructureGraderTests
{
    [Theory]
    [InlineData("{\"a\":1.0,\"b\":[1,2]}", "{\"b\":[1,2],\"a\":1}", false, true)]
    [InlineData("{\"b\":[2,1]}", "{\"b\":[1,2]}", false, false)]
    [InlineData("{\"b\":[2,1]}", "{\"b\":[1,2]}", true, true)]
    [InlineData("[1,1,2]", "[1,2,2]", true, false)]
    [InlineData("{\"a\":1,\"c\":2}", "{\"a\":1}", false, false)]
    [InlineData("{}", "{\"a\":null}", false, false)]
    [InlineData("12345678901234567890123", "12345678901234567890124", false, false)]
    [InlineData("\"1\"", "1", false, false)]
    [InlineData("null", "null", false, true)]
    public void JsonEqual_TwoValues_AreTheSameHoweverWritten(string output, string reference, bool ignoreOrder, bool expected)
        => Assert.Equal(expected ? 1 : 0, Graders.Evaluate("json_equal", new { reference = "{{item.right}}", ignore_order = ignoreOrder }, output, new { right = reference }).Score);

    [Fact]
    public void JsonEqual_Difference_IsNamedWithItsPlace()
        => Assert.Equal("Not the same JSON: at $.a[1] found 3, expected 2.", Graders.Evaluate("json_equal", new { reference = "{\"a\":[1,2]}" }, "{\"a\":[1,3]}").Reason);

    [Fact]
    public void JsonEqual_ReferenceThatIsNoJson_IsAnError()
        => Assert.Equal(GradeErrorKind.InvalidReference, Graders.Evaluate("json_equal", new { reference = "{" }, "{}").Error);

    [Theory]
    [InlineData("""{"type":"integer","minimum":2}""", "[2, 2.0, 7]", "[1, 2.5, \"2\", null]")]
    [InlineData("""{"type":["string","null"],"minLength":2,"pattern":"^a"}""", "[\"ab\", null]", "[\"a\", \"ba\", 1]")]
    [InlineData("""{"enum":[1,"x",{"a":[1]}]}""", "[1.0, \"x\", {\"a\":[1]}]", "[2, {\"a\":[2]}]")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"number"}},"additionalProperties":false}""", "[{\"a\":1}]", "[{}, {\"a\":\"1\"}, {\"a\":1,\"b\":2}]")]
    [InlineData("""{"patternProperties":{"^n_":{"type":"number"}},"additionalProperties":{"type":"string"}}""", "[{\"n_x\":1,\"s\":\"t\"}]", "[{\"n_x\":\"1\"}, {\"s\":1}]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"number"},"minItems":1,"uniqueItems":true}""", "[[\"a\",1,2]]", "[[], [1], [\"a\",\"b\"], [\"a\",1,1.0]]")]
    [InlineData("""{"contains":{"const":5},"maxContains":1}""", "[[1,5]]", "[[1], [5,5]]")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "[\"a\", 6]", "[4]")]
    [InlineData("""{"oneOf":[{"multipleOf":3},{"multipleOf":5}]}""", "[3, 5]", "[15, 2]")]
    [InlineData("""{"multipleOf":0.1}""", "[0.3]", "[0.35]")]
    [InlineData("""{"not":{"type":"null"},"allOf":[{"exclusiveMaximum":3}]}""", "[2]", "[null, 3]")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"required":["b"]}}""", "[{\"k\":1,\"a\":0}, {\"k\":2,\"b\":0}]", "[{\"k\":1}, {\"k\":2,\"a\":0}]")]
    [InlineData("""{"dependentRequired":{"a":["b"]},"propertyNames":{"maxLength":1}}""", "[{\"a\":1,\"b\":1}, {}]", "[{\"a\":1}, {\"long\":1}]")]
    [InlineData("""{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"$ref":"#/$defs/node"}},"required":["v"]}}}""", "[{\"v\":1,\"next\":{\"v\":2}}]", "[{\"v\":1,\"next\":{}}]")]
    [InlineData("false", "[]", "[1, {}]")]
    public void JsonSchema_ARule_TakesWhatFitsAndNothingElse(string schema, string fitting, string others)
    {
        double? Score(JsonElement value)
            => Graders.Evaluate("json_schema", new { schema = JsonDocument.Parse(schema).RootElement }, value.GetRawText()).Score;

        Assert.All(JsonDocument.Parse(fitting).RootElement.EnumerateArray(), value => Assert.Equal(1, Score(value)));
        Assert.All(JsonDocument.Parse(others).RootElement.EnumerateArray(), value => Assert.Equal(0, Score(value)));
    }

    [Fact]
    public void JsonSchema_Fault_IsNamedWithItsPlace()
    {
        var schema = JsonDocument.Parse("""{"properties":{"a":{"items":{"type":"number"}}}}""").RootElement;

        Assert.Equal("The answer does not fit the schema: at $.a[1] found \"x\", expected number.", Graders.Evaluate("json_schema", new { schema }, "{\"a\":[1,\"x\"]}").Reason);
    }

    [Fact]
    public void JsonSchema_ThatRefersToItself_EndsWithAFault()
        => Assert.Equal(0, Graders.Evaluate("json_schema", new { schema = JsonDocument.Parse("""{"$ref":"#"}""").RootElement }, "1").Score);

    [Theory]
    [InlineData("""[{"name":"f","arguments":{"x":1}}]""", 1)]
    [InlineData("""[{"type":"function","function":{"name":"f","arguments":"{\"x\": 1.0}"}}]""", 1)]
    [InlineData("""[{"name":"f","arguments":{"x":2}}]""", 0)]
    [InlineData("""[{"name":"f","arguments":{"x":1}},{"name":"g"}]""", 0.5)]
    [InlineData("""[{"name":"f","arguments":"{oops"}]""", 0)]
    [InlineData("""[{"arguments":{}}]""", 0)]
    public void ToolCall_CallsOfTheAnswer_CountWhereTheyMatch(string calls, double expected)
        => Assert.Equal(expected, Graders.Evaluate("tool_call", new { reference = "{{item.call}}" }, "", new { call = new { name = "f", arguments = new { x = 1 } } }, JsonDocument.Parse(calls).RootElement).Score);

    [Fact]
    public void ToolCall_Order_CountsWhereAskedFor()
    {
        object found = new[] { new { name = "b" }, new { name = "a" } };
        const string Reference = """[{"name":"a"},{"name":"b"}]""";

        Assert.Equal(1, Graders.Evaluate("tool_call", new { reference = Reference }, "", null, found).Score);
        Assert.Equal(0, Graders.Evaluate("tool_call", new { reference = Reference, in_order = true }, "", null, found).Score);
    }

    [Fact]
    public void ToolCall_NoneCalledAndNoneExpected_IsRight() => Assert.Equal(1, Graders.Evaluate("tool_call", new { reference = "[]" }, "Hello.").Score);

    [Fact]
    public void ToolCall_ReferenceWithoutAName_IsAnError()
        => Assert.Equal(GradeErrorKind.InvalidReference, Graders.Evaluate("tool_call", new { reference = "[{}]" }, "", null, new[] { new { name = "a" } }).Error);
}
