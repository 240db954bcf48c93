// SPDX-License-Identifier: GPL-3.0-or-later
// Tables that sort and filter. Without this script the page lacks nothing but that.
'use strict';
document.documentElement.classList.add('js');

const collator = new Intl.Collator('en', {numeric: true});

// What a cell sorts by: its number where it has one, else its text. null: nothing there.
function key(cell) {
	if (cell.dataset.v !== undefined)
		return cell.dataset.v === '' ? null : Number(cell.dataset.v);
	return cell.textContent === '' ? null : cell.textContent;
}

// Missing values come last, whichever way.
function compare(a, b, sign) {
	if (a === null || b === null)
		return (a === null) - (b === null);
	return sign * (typeof a === 'number' ? a - b : collator.compare(a, b));
}

function sort(table, column) {
	const headers = [...table.tHead.rows[0].cells];
	const descending = headers[column].getAttribute('aria-sort') === 'ascending';
	const body = table.tBodies[0];
	const rows = [...body.rows].map(row => [key(row.cells[column]), row]);

	rows.sort((a, b) => compare(a[0], b[0], descending ? -1 : 1));
	body.append(...rows.map(pair => pair[1]));
	headers.forEach(header => header.removeAttribute('aria-sort'));
	headers[column].setAttribute('aria-sort', descending ? 'descending' : 'ascending');
}

function makeSortable(table) {
	[...table.tHead.rows[0].cells].forEach((header, column) => {
		const button = document.createElement('button');
		button.type = 'button';
		button.append(...header.childNodes);
		button.addEventListener('click', () => sort(table, column));
		header.append(button);
	});
}

// Every word must stand somewhere in the row; every choice must be the row's own.
function makeFilters(filters) {
	const table = document.getElementById(filters.dataset.table);
	const rows = [...table.tBodies[0].rows];
	const texts = rows.map(row => row.textContent.toLowerCase());
	const output = filters.querySelector('output');
	const choices = [...filters.querySelectorAll('select')];

	function apply() {
		const words = filters.querySelector('input').value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;
		rows.forEach((row, i) => {
			const hit = words.every(word => texts[i].includes(word)) &&
				choices.every(c => c.value === '' || row.dataset[c.name].split(' ').includes(c.value));
			row.hidden = !hit;
			shown += hit;
		});
		output.textContent = `${shown} of ${rows.length} rows`;
	}
	filters.addEventListener('input', apply);
	apply();
}

document.querySelectorAll('table.sortable').forEach(makeSortable);
document.querySelectorAll('.filters').forEach(makeFilters);
