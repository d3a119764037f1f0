using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Runs have tags, notes, a small curve for lists and a place in the queue.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0010_RunLibrary")]
internal sealed class M0010RunLibrary : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>("Tags", "Runs", maxLength: 500, nullable: true);
        migrationBuilder.AddColumn<string>("Notes", "Runs", nullable: true);
        migrationBuilder.AddColumn<byte[]>("Sketch", "Runs", nullable: true);
        migrationBuilder.AddColumn<long>("QueueOrder", "Runs", nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var column in (string[])["Tags", "Notes", "Sketch", "QueueOrder"])
        {
            migrationBuilder.DropColumn(column, "Runs");
        }
    }
}
