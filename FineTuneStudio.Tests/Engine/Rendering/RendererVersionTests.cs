using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Templates;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Rendering;

/// <summary>Lengths of rows lie on disk for longer than a renderer lives: what it renders is held to its version.</summary>
public sealed class RendererVersionTests
{
    private const string Plain = "{% for m in messages %}{{ '<s>' + m.role + '\n' + m.content + '</s>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}";

    private const string WithTools = "{% if tools %}{{ '<s>tools\n' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{ '</s>\n' }}{% endif %}{% for m in messages %}{{ '<s>' + m.role + '\n' + (m.content or '') }}{% for call in m.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}{{ '</s>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>assistant\n' }}{% endif %}";

    private const string Said = """
        [{"role":"system","content":"Be brief."},{"role":"user","content":"How warm is it in Évora?"},
         {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Évora\"}"}}]},
         {"role":"tool","tool_call_id":"call_1","content":"{\"celsius\": 10}"},{"role":"assistant","content":"10 degrees. "}]
        """;

    private const string Tools = """[{"type":"function","function":{"name":"weather","description":"Of a city.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]""";

    [Fact]
    public void Version_WhatARowRendersToHasChanged_IsRaised()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var template in new[] { Plain, WithTools })
        {
            var renderer = new Renderer(ChatTemplate.Parse(template), ByteTokenizer.Create("<s>", "</s>"));
            foreach (var tools in new[] { null, Tools })
            {
                var row = renderer.RenderConversation(Messages.Parse(Said, tools));
                hash.AppendData(MemoryMarshal.AsBytes<int>(row.Ids));
                hash.AppendData(MemoryMarshal.AsBytes<float>(row.Weights));
                hash.AppendData(MemoryMarshal.AsBytes<int>(renderer.RenderPrompt(Messages.Before(Messages.Parse(Said, tools), 4)).Ids));
            }
        }

        var found = (Renderer.Version, Convert.ToHexStringLower(hash.GetHashAndReset()));

        Assert.True(
            found == (3, "7e692bcd92b78b94cf265b520af19dfa5f9e4017fc2477125368d3f90010c4d9"),
            $"Rows render to other tokens than they did: {found}. Raise Renderer.Version, so that lengths on disk are measured anew, and write both down here.");
    }
}
