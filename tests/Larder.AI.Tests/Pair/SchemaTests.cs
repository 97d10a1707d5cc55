using System.Text.Json;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Asking;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Pair;

public sealed class SchemaTests
{
    [Fact]
    public void Schema_is_strict_and_names_what_the_function_returns()
    {
        Question<Ticket> question = Questions.Ticket("x");

        JsonElement schema = AnswerSchema.FormatOf(question.Function, question.Contract).Schema!.Value;

        Assert.Equal(["title", "description", "requirements", "acceptance_criteria"], schema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
        Assert.Equal(["title", "description", "requirements", "acceptance_criteria"], schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal("string", schema.GetProperty("properties").GetProperty("title").GetProperty("type").GetString());
    }

    [Fact]
    public void Every_object_of_every_schema_is_closed()
    {
        int objects = 0;
        Check(AnswerSchema.FormatOf("problem", Questions.Problem("x", 1).Contract).Schema!.Value);
        Check(AnswerSchema.FormatOf("design", Questions.Design("x", 1).Contract).Schema!.Value);
        Check(AnswerSchema.FormatOf("code", Questions.Code("x").Contract).Schema!.Value);
        Check(AnswerSchema.FormatOf("error", Questions.Error("x", "y").Contract).Schema!.Value);
        Check(AnswerSchema.FormatOf("test", Questions.Test("x", Language.Python).Contract).Schema!.Value);
        Assert.True(objects >= 11, $"Only {objects} objects were looked at.");

        void Check(JsonElement schema)
        {
            if (schema.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in schema.EnumerateArray())
                    Check(item);
            }

            if (schema.ValueKind != JsonValueKind.Object)
                return;
            if (schema.TryGetProperty("properties", out JsonElement properties))
            {
                objects++;
                Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
                Assert.Equal(properties.EnumerateObject().Count(), schema.GetProperty("required").GetArrayLength());
                Assert.Equal("object", schema.GetProperty("type").GetString());
            }

            foreach (JsonProperty property in schema.EnumerateObject())
                Check(property.Value);
        }
    }

    [Fact]
    public void Fitting_is_judged_by_the_schema_that_was_asked_for()
    {
        Question<Ticket> question = Questions.Ticket("x");
        var options = new ChatOptions { ResponseFormat = AnswerSchema.FormatOf(question.Function, question.Contract) };

        Assert.True(AnswerSchema.Fits(options, new ChatResponse(new ChatMessage(ChatRole.Assistant, Made.Ticket))));
        Assert.False(AnswerSchema.Fits(options, new ChatResponse(new ChatMessage(ChatRole.Assistant, "{}"))));
        Assert.True(AnswerSchema.Fits(null, new ChatResponse(new ChatMessage(ChatRole.Assistant, "{}"))));
    }

    [Fact]
    public void Prompts_ask_for_the_languages_own_standard()
    {
        Assert.Contains("Ruff", Questions.Role(Language.Python));
        Assert.Contains("PEP 8", Questions.Role(Language.Python));
        Assert.Contains("asyncio", Questions.Role(Language.Python));
        Assert.Contains("dotnet format", Questions.Role(Language.CSharp));
        Assert.Contains("async and await", Questions.Role(Language.CSharp));
    }
}
