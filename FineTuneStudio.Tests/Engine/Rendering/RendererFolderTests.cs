using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Rendering;

/// <summary>Where model folders keep their templates, and which counts.</summary>
public sealed class RendererFolderTests : IDisposable
{
    private const string Plain = "{% for message in messages %}{{ message.content }}{% endfor %}";
    private const string WithTools = "{{ (tools or []) | length }} tools: " + Plain;
    private const string Said = """[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]""";
    private const string Tools = """[{"type": "function", "function": {"name": "f", "parameters": {}}}]""";

    private readonly ModelCopy _model = new("llama");

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Load_ListOfTemplates_RendersConversationsWithToolsByTheirOwn()
    {
        SetTemplate(new JsonArray(Named("default", Plain), Named("tool_use", WithTools)));

        Assert.Equal("ab", Text(Said));
        Assert.Equal("1 tools: ab", Text(Said, Tools));
        Assert.Equal("ab", Text(Said, "[]"));
    }

    [Fact]
    public void Load_ListOfOneTemplate_RendersAllByIt()
    {
        SetTemplate(new JsonArray(Named("chatml", WithTools)));

        Assert.Equal(("0 tools: ab", "1 tools: ab"), (Text(Said), Text(Said, Tools)));
    }

    [Fact]
    public void Load_FilesBeside_CountMoreThanTheConfiguration()
    {
        SetTemplate(new JsonArray(Named("default", "old"), Named("tool_use", "older")));
        File.WriteAllText(_model.At("chat_template.jinja"), Plain);
        Assert.EndsWith("ab", Text(Said, Tools), StringComparison.Ordinal);

        Directory.CreateDirectory(_model.At("additional_chat_templates"));
        File.WriteAllText(_model.At("additional_chat_templates/tool_use.jinja"), WithTools);
        Assert.Equal(("ab", "1 tools: ab"), (Text(Said), Text(Said, Tools)));
    }

    [Fact]
    public void Load_ListWithoutADefault_NamesWhatThereIs()
    {
        SetTemplate(new JsonArray(Named("rag", Plain), Named("tool_use", WithTools)));

        var exception = Assert.Throws<UserErrorException>(() => Renderer.Load(_model.Path));

        Assert.Contains("the file has 'rag', 'tool_use'", exception.Message, StringComparison.Ordinal);
    }

    private static JsonObject Named(string name, string template) => new() { ["name"] = name, ["template"] = template };

    private string Text(string messages, string? tools = null) => Renderer.Load(_model.Path).RenderConversation(Messages.Parse(messages, tools)).Text;

    private void SetTemplate(JsonNode template)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(_model.At("tokenizer_config.json")))!;
        config["chat_template"] = template;
        File.WriteAllText(_model.At("tokenizer_config.json"), config.ToJsonString());
    }
}
