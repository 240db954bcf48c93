// SPDX-License-Identifier: GPL-3.0-or-later
// The page of `cgbench report` in a real browser, opened from a file:
//
//	node bench/tests/browser/report.mjs REPORT.html [FOLDER FOR SCREENSHOTS]
//
// Needs Debian's chromium and, from npm, playwright-core, in build/browser or on NODE_PATH:
//
//	npm install --prefix build/browser playwright-core
//
// Exit codes: 0 all held, 1 something did not, 77 there is no browser to try it in.
import {createRequire} from 'node:module';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync'];

function skip(why) {
	console.log(`skip: ${why}`);
	process.exit(77);
}

function load() {
	const places = ['build/browser', ...(process.env.NODE_PATH ?? '').split(':').filter(Boolean)];
	for (const place of places) {
		try {
			return createRequire(path.resolve(place, 'x.js'))('playwright-core');
		} catch {
			// the next place
		}
	}
	return skip('playwright-core is not installed (npm install --prefix build/browser playwright-core)');
}

let failed = 0;
function check(what, held, detail = '') {
	console.log(`${held ? 'ok    ' : 'FAILED'} ${what}${held ? '' : `: ${detail}`}`);
	failed += !held;
}

// What the page says of itself while it is used: errors, and requests beyond the one file.
function listen(page, url) {
	const heard = [];
	page.on('console', m => ['error', 'warning'].includes(m.type()) && heard.push(m.text()));
	page.on('pageerror', e => heard.push(String(e)));
	page.on('request', r => r.url() !== url && heard.push(`asked for ${r.url()}`));
	return heard;
}

async function checkPlots(page) {
	const plots = await page.$$eval('.plot svg', all => all.map(svg => {
		const box = svg.getBoundingClientRect();
		const ids = [...svg.querySelectorAll('[href]')].map(use => use.getAttribute('href'));
		return {
			label: svg.getAttribute('aria-label'), width: box.width, height: box.height,
			marks: svg.querySelectorAll('path, use, polygon').length,
			lost: ids.filter(id => !document.querySelector(id)),
		};
	}));
	check('there are plots', plots.length > 0);
	for (const p of plots)
		check(`${p.label} is drawn`,
			p.width > 300 && p.height > 100 && p.marks > 10 && p.lost.length === 0,
			JSON.stringify(p));
	const doubled = await page.$$eval('[id]', all => {
		const ids = all.map(e => e.id);
		return ids.filter((id, i) => ids.indexOf(id) !== i);
	});
	check('no id stands twice', doubled.length === 0, doubled.slice(0, 5).join(' '));
}

const column = (page, n) => page.$$eval('#run-1-results tbody tr:not([hidden])',
	(rows, i) => rows.map(row => row.cells[i].dataset.v), n);

// Numbers in order, and those that are missing behind them.
function ordered(values, sign) {
	const there = values.filter(v => v !== '').map(Number);
	return values.slice(0, there.length).every(v => v !== '') &&
		there.every((v, i) => i === 0 || sign * (v - there[i - 1]) >= 0);
}

async function checkSort(page) {
	const heads = await page.$$eval('#run-1-results thead th', all => all.map(th => th.textContent));
	const median = heads.indexOf('Median'), head = `#run-1-results thead th:nth-child(${median + 1})`;

	await page.focus(`${head} button`);
	await page.keyboard.press('Enter');
	check('sorts upwards by keyboard', ordered(await column(page, median), 1));
	check('and says so', await page.getAttribute(head, 'aria-sort') === 'ascending');
	await page.click(`${head} button`);
	check('sorts downwards', ordered(await column(page, median), -1));
	check('and says so', await page.getAttribute(head, 'aria-sort') === 'descending');
	await page.click('#run-1-results thead th:nth-child(1) button');
	check('one column at a time', await page.$$eval('[aria-sort]', all => all.length) === 1);
}

async function checkFilter(page) {
	const rows = () => page.$$eval('#run-1-results tbody tr:not([hidden])', all => all.length);
	const said = () => page.textContent('.filters output');
	const all = await rows();
	const word = await page.$eval('#run-1-results tbody td code', code => code.textContent);

	await page.fill('.filters input', word);
	const some = await rows();
	check('filters by words', some > 0 && some < all, `${some} of ${all}`);
	check('every row that is left has the word', await page.$$eval(
		'#run-1-results tbody tr:not([hidden])',
		(list, w) => list.every(row => row.textContent.includes(w)), word));
	check('and says how many', (await said()).startsWith(`${some} of ${all}`), await said());
	await page.fill('.filters input', 'no such word');
	check('nothing matches nonsense', await rows() === 0);
	await page.fill('.filters input', '');
	await page.selectOption('.filters select[name=verdict]', 'judged');
	const judged = await rows();
	check('filters by verdict', judged < all, `${judged} of ${all}`);
	await page.selectOption('.filters select[name=verdict]', '');
	check('all rows come back', await rows() === all);
}

// WCAG 2: the contrast of what is written with what is behind it.
function luminance(colour) {
	const [r, g, b] = colour.match(/[\d.]+/g).map(Number)
		.map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
	const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
	return (high + 0.05) / (low + 0.05);
}

async function checkColours(page, scheme) {
	const [paper, ...inks] = await page.evaluate(() => {
		const colour = (selector, what) => {
			const e = document.querySelector(selector);
			return e ? getComputedStyle(e)[what] : null;
		};
		return [colour('body', 'backgroundColor'), colour('body', 'color'),
			colour('.kicker', 'color'), colour('nav a', 'color'), colour('td.pass', 'color'),
			colour('td.fail', 'color'), colour('td.unresolved', 'color'),
			colour('.plot text', 'color'),
			colour('.plot g[fill^="rgb(26"]', 'fill')].filter(Boolean);
	});
	const least = Math.min(...inks.map(ink => contrast(ink, paper)));
	check(`${scheme}: text stands out from the page`, least >= 4.5, `${least} in ${inks}`);
	check(`${scheme}: the page is ${scheme}`, (luminance(paper) > 0.5) === (scheme === 'light'));
}

async function look(browser, url, width, scheme, folder) {
	const page = await browser.newPage({viewport: {width, height: 900}, colorScheme: scheme});
	const heard = listen(page, url);

	await page.goto(url);
	await checkColours(page, scheme);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	check(`${scheme}, ${width} px: nothing sticks out`, wide <= width, `${wide} px`);
	if (folder)
		await page.screenshot({path: path.join(folder, `report-${scheme}-${width}.png`), fullPage: true});
	check(`${scheme}, ${width} px: nothing to complain of`, heard.length === 0, heard.join('; '));
	await page.close();
}

async function use(browser, url) {
	const page = await browser.newPage({viewport: {width: 1280, height: 900}});
	page.setDefaultTimeout(10000);
	const heard = listen(page, url);

	await page.goto(url);
	check('it has a headline', (await page.textContent('h1')).length > 3);
	await checkPlots(page);
	await checkSort(page);
	await checkFilter(page);
	const lost = await page.$$eval('nav a', all => all.map(a => a.getAttribute('href'))
		.filter(href => !document.querySelector(href)));
	check('the contents lead somewhere', lost.length === 0, lost.join(' '));
	check('nothing to complain of while in use', heard.length === 0, heard.join('; '));
	await page.close();
}

async function withoutScript(browser, url) {
	const context = await browser.newContext({javaScriptEnabled: false});
	const page = await context.newPage();

	await page.goto(url);
	check('without its script the rows are there', await page.locator('#run-1-results tbody tr').count() > 0);
	check('and no filter that would do nothing', !await page.locator('.filters').first().isVisible());
	await context.close();
}

const [file, folder] = process.argv.slice(2);
if (!file) {
	console.error('usage: report.mjs REPORT.html [FOLDER FOR SCREENSHOTS]');
	process.exit(2);
}
if (!existsSync(CHROMIUM))
	skip(`no ${CHROMIUM} (Debian: apt install chromium)`);
const {chromium} = load();
const url = pathToFileURL(path.resolve(file)).href;
const browser = await chromium.launch({executablePath: CHROMIUM, args: FLAGS});
try {
	await use(browser, url);
	await withoutScript(browser, url);
	for (const scheme of ['light', 'dark'])
		for (const width of [380, 1600])
			await look(browser, url, width, scheme, folder);
} catch (error) {
	check('the page can be used', false, String(error).split('\n')[0]);
}
await browser.close();
process.exit(failed ? 1 : 0);
