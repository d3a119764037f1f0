using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>The same run without the clicks: what to type, send or compile.</summary>
/// <param name="CommandLine">For a shell, without a studio running.</param>
/// <param name="Curl">For a shell, sent to the running studio.</param>
/// <param name="CSharp">A program that sends it.</param>
public sealed record RunRecipe(string CommandLine, string Curl, string CSharp)
{
    /// <param name="specification">With the names of the library.</param>
    /// <param name="resolved">The same with paths in place of names; <see langword="null"/> where model or dataset was deleted.</param>
    /// <param name="address">Where the studio answers.</param>
    internal static RunRecipe Of(RunSpecification specification, RunSpecification? resolved, Uri address)
    {
        var json = specification.ToJson();
        var send = new Uri(address, "/api/runs");
        return new RunRecipe(
            resolved is null
                ? "# The model or the dataset of this run was deleted."
                : $"cat > spec.json <<'END'\n{resolved.ToJson()}\nEND\n./studio train spec.json --out run/\n",
            $"curl --fail-with-body -H 'Content-Type: application/json' {send} --data-binary @- <<'END'\n{json}\nEND\n",
            $$""""
            using System.Text;

            const string Specification =
                """
                {{json.ReplaceLineEndings("\n    ")}}
                """;

            using var studio = new HttpClient();
            using var content = new StringContent(Specification, Encoding.UTF8, "application/json");
            var response = await studio.PostAsync("{{send}}", content);
            Console.WriteLine(await response.Content.ReadAsStringAsync());
            """");
    }
}
