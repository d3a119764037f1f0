using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>Input that was not submitted yet.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0002_Drafts")]
internal sealed class M0002Drafts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
        => migrationBuilder.CreateTable(
            "Drafts",
            table => new
            {
                Key = table.Column<string>(maxLength: 200),
                Content = table.Column<string>(),
                ChangedAt = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_Drafts", row => row.Key));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Drafts");
}
